import { Switch, TextInput } from "@mantine/core";
import type { ChangeEvent } from "react";

import type { Connection } from "../api/schema";
import { usePageMessages } from "../i18n/page-messages";
import { containsPrivateKey } from "../model/pem";
import { Disclosure } from "./Disclosure";
import type { Draft } from "./draft";
import { Fieldset } from "./Fieldset";
import { PemField } from "./PemField";
import { FIELD } from "./use-refusal";

/** The stored certificates of a connection. */
export type StoredPem = Pick<Connection, "ca" | "cert">;

/** Fields without effect unless TLS is used. */
export const TLS_FIELDS = ["verify", "ca", "cert", "key", "alpn", "serverName"] as const;

interface Props {
  draft: Draft;
  /** What is stored, as far as the server shows it. */
  stored: StoredPem;
  /** What is wrong with the CA, as far as the form can tell. */
  caFault: string | undefined;
  onChange: (change: Partial<Draft>) => void;
  /** The server's error for a field. */
  errorOf: (field: (typeof TLS_FIELDS)[number]) => string | undefined;
}

/** The TLS settings of a connection. */
export function TlsFields({ draft, stored, caFault, onChange, errorOf }: Props) {
  const t = usePageMessages();
  // Names that a browser must neither complete nor correct.
  const literal = (field: "alpn" | "serverName") => ({
    wrapperProps: { [FIELD]: field },
    autoComplete: "off",
    autoCapitalize: "none",
    spellCheck: false,
    value: draft[field],
    error: errorOf(field),
    onChange: (event: ChangeEvent<HTMLInputElement>) => onChange({ [field]: event.currentTarget.value }),
  });
  return (
    <Fieldset title="TLS">
      <Switch
        label={t.form.verify}
        description={t.form.verifyText}
        wrapperProps={{ [FIELD]: "verify" }}
        error={errorOf("verify")}
        checked={draft.verify}
        onChange={(event) => onChange({ verify: event.currentTarget.checked })}
      />
      <PemField
        field="ca"
        label={t.form.ca}
        description={t.form.caText}
        value={draft.ca}
        stored={stored.ca}
        error={caFault ?? errorOf("ca")}
        onChange={(ca) => onChange({ ca })}
      />
      <Disclosure
        title={t.form.clientCertificate}
        startsOpen={draft.cert !== ""}
        hasError={Boolean(errorOf("cert") ?? errorOf("key"))}
      >
        <PemField
          field="cert"
          label={t.form.cert}
          description={t.form.certText}
          value={draft.cert}
          stored={stored.cert}
          error={errorOf("cert")}
          note={containsPrivateKey(draft.cert) && !draft.key ? t.form.keyInCert : undefined}
          onChange={(cert) => onChange({ cert })}
        />
        <PemField
          field="key"
          label={t.form.key}
          description={t.form.keyText}
          value={draft.key}
          error={errorOf("key")}
          onChange={(key) => onChange({ key })}
        />
      </Disclosure>
      <Disclosure
        title={t.form.handshake}
        startsOpen={draft.alpn !== "" || draft.serverName !== ""}
        hasError={Boolean(errorOf("alpn") ?? errorOf("serverName"))}
      >
        <TextInput {...literal("serverName")} label={t.form.serverName} description={t.form.serverNameText} />
        <TextInput
          {...literal("alpn")}
          label={t.form.alpn}
          description={t.form.alpnText}
          placeholder="x-amzn-mqtt-ca"
        />
      </Disclosure>
    </Fieldset>
  );
}
