// Walks the authorization code flow as a partner server would. Prints the address for the person's browser,
// reads where the browser landed from its standard input, and prints what it found as JSON.
import { createInterface } from 'node:readline/promises'
import { stdin, stdout, argv } from 'node:process'
import * as oidc from 'openid-client'

const [issuer, clientId, clientSecret, callback] = argv.slice(2)
const config = await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, {
  execute: [oidc.allowInsecureRequests],
})

const verifier = oidc.randomPKCECodeVerifier()
const state = oidc.randomState()
const nonce = oidc.randomNonce()
const address = oidc.buildAuthorizationUrl(config, {
  redirect_uri: callback,
  scope: 'openid profile phone',
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
  nonce,
})
stdout.write(`${address.href}\n`)

const lines = createInterface({ input: stdin })
const landed = new URL((await lines[Symbol.asyncIterator]().next()).value)
lines.close()

const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
const tokens = await oidc.authorizationCodeGrant(config, landed, checks)
const claims = tokens.claims()
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)
const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token)
const introspected = await oidc.tokenIntrospection(config, fresh.access_token)
await oidc.tokenRevocation(config, fresh.refresh_token)
const afterwards = await oidc.tokenIntrospection(config, fresh.access_token)
const reused = await oidc.authorizationCodeGrant(config, landed, checks).then(
  () => 'accepted',
  (error) => error.error,
)

stdout.write(
  JSON.stringify({
    claims,
    userinfo,
    introspected: introspected.username,
    refreshed: fresh.access_token !== tokens.access_token,
    active_after_revocation: afterwards.active,
    reused_code: reused,
  }),
)
