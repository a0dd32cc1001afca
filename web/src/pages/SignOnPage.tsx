import { useMutation, useQuery } from "@tanstack/react-query";

import type { SignOnAccounts, SignOnProviderSettings, SignOnSettings } from "../api/schema";
import { hasPermission, useProfile } from "../api/session";
import { signOnSettingsQuery, testSignOn } from "../api/sign-on";
import { NotLoaded } from "../components/NotLoaded";
import { useDocumentTitle } from "../hooks/use-document-title";
import { useErrorNotification } from "../hooks/use-error-notification";
import { usePageMessages } from "../i18n/page-messages";
import { BusyButton } from "../ui/BusyButton";
import { Card } from "../ui/Card";
import { CopyButton } from "../ui/CopyButton";
import { EmptyState } from "../ui/EmptyState";
import { PropertyList } from "../ui/PropertyList";
import { SignOnSteps } from "./sign-on/SignOnSteps";
import classes from "./SignOnPage.module.css";

/** `/administration/sign-on`: how single sign-on is set up, and a test of it. */
export function SignOnPage() {
  const t = usePageMessages();
  const profile = useProfile();
  useDocumentTitle(t.nav.signOn);
  const { data, failureReason } = useQuery(signOnSettingsQuery);
  if (!hasPermission(profile, "sign-on.read")) return <EmptyState title={t.signOn.noRight} />;
  return (
    <div className={classes.page}>
      <h1>{t.nav.signOn}</h1>
      <p className={classes.text}>{t.signOn.text}</p>
      {data ? (
        <Settings settings={data} canTest={hasPermission(profile, "sign-on.test")} />
      ) : (
        <NotLoaded failure={failureReason} queryKey={signOnSettingsQuery.queryKey} />
      )}
    </div>
  );
}

function Settings({ settings, canTest }: { settings: SignOnSettings; canTest: boolean }) {
  const t = usePageMessages();
  const { localLogin, breakGlass, provider, proxy } = settings;
  return (
    <>
      <Card title={t.signOn.passwords}>
        <PropertyList
          properties={[
            [t.signOn.localLogin, localLogin ? t.signOn.on : t.signOn.off],
            [t.signOn.breakGlass, breakGlass.length > 0 ? breakGlass.join(", ") : t.signOn.nobody],
          ]}
        />
      </Card>
      {provider ? (
        <Provider provider={provider} canTest={canTest} />
      ) : (
        <Card title={t.signOn.provider}>
          <p className={classes.hint}>{t.signOn.noProvider}</p>
        </Card>
      )}
      {proxy && (
        <Card title={t.signOn.proxy}>
          <Accounts accounts={proxy} />
        </Card>
      )}
    </>
  );
}

function Provider({ provider, canTest }: { provider: SignOnProviderSettings; canTest: boolean }) {
  const t = usePageMessages();
  const addresses = [
    [t.signOn.redirectUri, provider.redirectUri],
    [t.signOn.postLogoutRedirectUri, provider.postLogoutRedirectUri],
    [t.signOn.backChannelLogoutUri, provider.backChannelLogoutUri],
  ] as const;
  return (
    <>
      <Card title={provider.name}>
        <PropertyList
          properties={[
            [t.signOn.issuer, <code key="issuer">{provider.issuer}</code>],
            [t.signOn.clientId, <code key="clientId">{provider.clientId}</code>],
            [t.signOn.clientSecret, provider.hasClientSecret ? t.signOn.isSet : t.signOn.publicClient],
            [t.signOn.scopes, <code key="scopes">{provider.scopes}</code>],
            [t.signOn.certificates, provider.hasOwnCa ? t.signOn.ownCa : t.signOn.systemCa],
            [t.signOn.nameClaim, <code key="nameClaim">{provider.nameClaim}</code>],
            [t.signOn.roleClaim, <code key="roleClaim">{provider.roleClaim}</code>],
            [t.signOn.membershipClaim, <code key="membershipClaim">{provider.membershipClaim}</code>],
          ]}
        />
        {canTest && <Test />}
      </Card>
      <Card title={t.signOn.atProvider}>
        <p className={classes.hint}>{t.signOn.atProviderText}</p>
        <PropertyList
          properties={addresses.map(([name, address]) => [
            name,
            <span key={name} className={classes.address}>
              <code>{address}</code> <CopyButton text={address} label={t.signOn.copy(name)} />
            </span>,
          ])}
        />
      </Card>
      <Card title={t.signOn.accounts}>
        <Accounts accounts={provider.accounts} />
      </Card>
    </>
  );
}

/** What users there become here. */
function Accounts({ accounts }: { accounts: SignOnAccounts }) {
  const t = usePageMessages();
  const { createsUsers, linksUsers, roles, memberships } = accounts;
  const group = (name: string) => (name === "*" ? t.signOn.everybody : name);
  return (
    <>
      <PropertyList
        properties={[
          [t.signOn.unknownUsers, createsUsers ? t.signOn.areAdded : t.signOn.areRefused],
          [t.signOn.sameName, linksUsers ? t.signOn.areLinked : t.signOn.areRefused],
        ]}
      />
      <Rules
        title={t.signOn.givesRole}
        rules={roles.map(({ group: name, role }) => [group(name), t.roleNames[role] ?? role, true])}
      />
      {memberships.length > 0 && (
        <Rules
          title={t.signOn.givesMembership}
          rules={memberships.map(({ group: name, memberOf, exists }) => [group(name), memberOf, exists])}
        />
      )}
    </>
  );
}

interface RulesProps {
  title: string;
  /** A group there, what it gives, and whether that exists. */
  rules: readonly (readonly [string, string, boolean])[];
}

function Rules({ title, rules }: RulesProps) {
  const t = usePageMessages();
  return (
    <table className={classes.rules}>
      <thead>
        <tr>
          <th scope="col">{t.signOn.groupThere}</th>
          <th scope="col">{title}</th>
        </tr>
      </thead>
      <tbody>
        {rules.map(([group, gives, exists]) => (
          <tr key={`${group}\n${gives}`}>
            <td>{group}</td>
            <td>
              {gives} {!exists && <span className={classes.missing}>{t.signOn.missing}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Test() {
  const t = usePageMessages();
  const onError = useErrorNotification(t.signOn.notTested);
  const test = useMutation({ mutationFn: testSignOn, onError });
  return (
    <section className={classes.test} aria-label={t.signOn.test} aria-live="polite">
      <BusyButton variant="default" isBusy={test.isPending} onClick={() => test.mutate()}>
        {t.signOn.test}
      </BusyButton>
      {test.data && !test.isPending && (
        <>
          <p className={classes.result} data-works={test.data.works}>
            {test.data.works ? t.signOn.works : t.signOn.worksNot}
          </p>
          <SignOnSteps steps={test.data.steps} />
        </>
      )}
    </section>
  );
}
