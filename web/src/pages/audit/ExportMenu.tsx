import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";

import type { AuditFilter } from "../../api/audit";
import { auditExportUrl } from "../../api/audit";
import { usePageMessages } from "../../i18n/page-messages";

/** Downloads all entries of the filter. The browser stores them while they arrive: they may be more than fit into memory. */
export function ExportMenu({ filter }: { filter: AuditFilter }) {
  const { audit } = usePageMessages();
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />}>
          {audit.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{audit.exportText}</Menu.Label>
        {(["csv", "ndjson"] as const).map((format) => (
          <Menu.Item key={format} component="a" href={auditExportUrl(filter, format)} download>
            {audit.formats[format]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
