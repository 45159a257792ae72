"""Uses the client that OpenAPI Generator generates."""

from leasehold_generated import (
    ApiClient,
    Configuration,
    MembersApi,
    ProfileApi,
    TokenCreate,
    TokenExtend,
    TokenRotate,
    TokensApi,
)
from leasehold_generated.exceptions import ConflictException, UnauthorizedException

import flow


def connect(token: str) -> ApiClient:
    return ApiClient(Configuration(host=flow.URL, access_token=token))


client = connect(flow.SESSION)

members, pages, cursor = 0, 0, None
while pages == 0 or cursor:
    page = MembersApi(client).member_list(flow.ORGANIZATION, limit=2, cursor=cursor)
    members, pages, cursor = members + len(page.items), pages + 1, page.next_cursor

tokens = TokensApi(client)
token = tokens.token_create(TokenCreate(organizationId=flow.ORGANIZATION))
extended = tokens.token_extend(token.id, TokenExtend(leaseExpiresAt=token.lease_expires_at))
rotated = tokens.token_rotate(token.id, TokenRotate())
tokens.token_delete(rotated.id)

refused = unauthorized = ""
try:
    tokens.token_extend(rotated.id, TokenExtend(leaseExpiresAt=rotated.lease_expires_at))
except ConflictException as refusal:
    refused = flow.kind(refusal.data.type)

try:
    ProfileApi(connect(flow.WRONG_SESSION)).profile_get()
except UnauthorizedException as refusal:
    unauthorized = flow.kind(refusal.data.type)

flow.report(
    members=members,
    pages=pages,
    secret=token.secret.startswith("lhp_"),
    extended=flow.later(token.lease_expires_at, extended.lease_expires_at),
    rotated=rotated.id != token.id and rotated.secret != token.secret,
    deleted=tokens.token_get(rotated.id).status == "deleted",
    refused=refused,
    unauthorized=unauthorized,
)
