import type { GalleryMessages } from "../../i18n/gallery";
import { useLanguage } from "../../i18n/language";
import { Card } from "../../ui/Card";
import { Chart } from "../../ui/Chart";
import { formatDateTime } from "../../util/format-time";
import { POINTS } from "./samples";

export function ChartSample({ texts }: { texts: GalleryMessages }) {
  const language = useLanguage();
  const [received = "", sent = ""] = texts.series;
  return (
    <Card title={texts.chart}>
      <Chart
        title={texts.chart}
        summary={texts.chartSummary}
        series={[
          { label: received, colour: "accent" },
          { label: sent, colour: "connecting" },
        ]}
        points={POINTS}
        range={[0, 100]}
        formatValue={(value) => value.toLocaleString(language)}
        formatPeriod={({ from }) => formatDateTime(from, language)}
      />
    </Card>
  );
}
