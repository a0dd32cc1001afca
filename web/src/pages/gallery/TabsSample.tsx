import { Tab, Tabs } from "../../components/Tabs";
import { useQueryChoice } from "../../components/use-query-state";
import type { GalleryMessages } from "../../i18n/gallery";
import { Card } from "../../ui/Card";

const TABS = ["overview", "history", "settings"] as const;

export function TabsSample({ texts }: { texts: GalleryMessages }) {
  const [tab] = useQueryChoice("tab", TABS);
  return (
    <Card title={texts.tabs}>
      <Tabs label={texts.tabs}>
        {TABS.map((each) => (
          <Tab
            key={each}
            to="."
            // The type of the query is that of any page.
            search={((before: object) => ({ ...before, tab: each === TABS[0] ? undefined : each })) as never}
            activeOptions={{ exact: true, includeSearch: true }}
            replace
          >
            {texts.tabNames[each]}
          </Tab>
        ))}
      </Tabs>
      <p>{texts.tabContent(texts.tabNames[tab])}</p>
    </Card>
  );
}
