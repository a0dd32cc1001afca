import { useDocumentTitle } from "../hooks/use-document-title";
import { galleryMessages } from "../i18n/gallery";
import { useLanguage } from "../i18n/language";
import { Card } from "../ui/Card";
import { Skeleton } from "../ui/Skeleton";
import { ChartSample } from "./gallery/ChartSample";
import { DialogSamples } from "./gallery/DialogSamples";
import { NotificationSamples } from "./gallery/NotificationSamples";
import { TableSample } from "./gallery/TableSample";
import { TabsSample } from "./gallery/TabsSample";
import { TreeSample } from "./gallery/TreeSample";
import { ViewerSamples } from "./gallery/ViewerSamples";
import classes from "./GalleryPage.module.css";

/** `/gallery`: the components that pages are built from. No page links here; tests and screenshots visit it. */
export function GalleryPage() {
  const texts = galleryMessages[useLanguage()];
  useDocumentTitle(texts.title);
  return (
    <div className={classes.gallery}>
      <div>
        <h1 tabIndex={-1}>{texts.title}</h1>
        <p className={classes.text}>{texts.text}</p>
      </div>
      <div className={classes.columns}>
        <div className={classes.column}>
          <TabsSample texts={texts} />
          <NotificationSamples texts={texts} />
          <DialogSamples texts={texts} />
          <TreeSample texts={texts} />
        </div>
        <Card title={texts.skeleton}>
          <Skeleton />
        </Card>
      </div>
      <ChartSample texts={texts} />
      <ViewerSamples texts={texts} />
      {/* Last: it is as long as its rows. */}
      <TableSample texts={texts} />
    </div>
  );
}
