"""Uses the client that openapi-python-client generates."""

import flow
from leasehold_client import AuthenticatedClient
from leasehold_client.api.members import member_list
from leasehold_client.api.profile import profile_get
from leasehold_client.api.tokens import token_create, token_delete, token_extend, token_get, token_rotate
from leasehold_client.models import Problem, TokenCreate, TokenExtend, TokenRotate
from leasehold_client.types import UNSET

client = AuthenticatedClient(base_url=flow.URL, token=flow.SESSION)

members, pages, cursor = 0, 0, UNSET
while pages == 0 or cursor:
    page = member_list.sync(flow.ORGANIZATION, client=client, limit=2, cursor=cursor)
    members, pages, cursor = members + len(page.items), pages + 1, page.next_cursor

token = token_create.sync(client=client, body=TokenCreate(organization_id=flow.ORGANIZATION))
extended = token_extend.sync(token.id, client=client, body=TokenExtend(lease_expires_at=token.lease_expires_at))
rotated = token_rotate.sync(token.id, client=client, body=TokenRotate())
token_delete.sync_detailed(rotated.id, client=client)
deleted = token_get.sync(rotated.id, client=client)

refusal = token_extend.sync(rotated.id, client=client, body=TokenExtend(lease_expires_at=rotated.lease_expires_at))
assert isinstance(refusal, Problem)

unauthorized = profile_get.sync(client=AuthenticatedClient(base_url=flow.URL, token=flow.WRONG_SESSION))
assert isinstance(unauthorized, Problem)

flow.report(
    members=members,
    pages=pages,
    secret=token.secret.startswith("lhp_"),
    extended=flow.later(token.lease_expires_at, extended.lease_expires_at),
    rotated=rotated.id != token.id and rotated.secret != token.secret,
    deleted=deleted.status == "deleted",
    refused=flow.kind(refusal.type_),
    unauthorized=flow.kind(unauthorized.type_),
)
