import type { GalleryMessages } from "../../i18n/gallery";
import { Card } from "../../ui/Card";
import { CodeBlock } from "../../ui/viewers/CodeBlock";
import { PayloadViewer } from "../../ui/viewers/PayloadViewer";
import { CODE, PAYLOADS } from "./samples";
import classes from "./ViewerSamples.module.css";

export function ViewerSamples({ texts }: { texts: GalleryMessages }) {
  return (
    <Card title={texts.viewers}>
      <div className={classes.viewers}>
        <CodeBlock label={texts.code} text={CODE} />
        {(["json", "longJson", "plain", "binary"] as const).map((each) => (
          <PayloadViewer key={each} label={texts[each]} bytes={PAYLOADS[each]} />
        ))}
      </div>
    </Card>
  );
}
