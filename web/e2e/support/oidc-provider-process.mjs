/**
 * A real OpenID Connect provider on loopback, with one client and a user who is whoever the login form says.
 *
 * Arguments: the port, and the address of haltere.
 */
import { Provider } from "oidc-provider";

const [port, haltere] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "haltere",
      client_secret: "a secret of the browser tests",
      redirect_uris: [`${haltere}/api/sign-on/oidc/callback`],
      post_logout_redirect_uris: [`${haltere}/login`],
      backchannel_logout_uri: `${haltere}/api/sign-on/oidc/back-channel-logout`,
      backchannel_logout_session_required: true,
    },
  ],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, groups: id === "nobody" ? [] : ["operators"] }),
  }),
  features: {
    devInteractions: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
  },
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
});

// Loopback is where haltere is.
provider.listen(Number(port), "127.0.0.1", () => console.log(`${issuer} is ready`));
