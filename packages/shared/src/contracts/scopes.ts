/** What a client of the API may be allowed to do. */
export const apiScopes = ['captures:write', 'captures:read', 'identity:read', 'evidence:read', 'ops'] as const;
export type ApiScope = (typeof apiScopes)[number];
