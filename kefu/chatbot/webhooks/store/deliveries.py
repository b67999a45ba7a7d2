"""SQL of deliveries: what is to be sent, who is at it, and what became of it."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.chatbot.webhooks.records import Delivery, State
from kefu.errors import NotFound

DELIVERY = (
    "id, webhook, event_number, attempt_count, next_attempt_at, delivered_at, given_up_at,"
    " last_status, last_problem, created_at"
)
IN_STATE: dict[State | None, str] = {
    None: "",
    "waiting": " and delivered_at is null and given_up_at is null",
    "delivered": " and delivered_at is not null",
    "given_up": " and given_up_at is not null",
}


async def insert_delivery(conn: AsyncConnection, webhook: str, *, event_number: int | None) -> UUID:
    """Have an event, or a test, sent; an event once a webhook."""
    id = uuid4()
    await conn.execute(
        "insert into webhook_deliveries (id, webhook, event_number) values (%s, %s, %s)"
        " on conflict (webhook, event_number) do nothing",
        [id, webhook, event_number],
    )
    return id


async def claim(
    conn: AsyncConnection, webhook: str, *, parallel: int, lease_seconds: int
) -> Sequence[Delivery]:
    """Take what is due for a locked webhook, as far as not too much is being sent to it.

    What nobody tells the end of before the lease is over is due again.
    """
    cursor = conn.cursor(row_factory=class_row(Delivery))
    await cursor.execute(
        "update webhook_deliveries set attempt_count = attempt_count + 1,"
        " leased_until = now() + %(lease)s * interval '1 second' where id in ("
        "  select id from webhook_deliveries where webhook = %(webhook)s"
        "  and delivered_at is null and given_up_at is null and next_attempt_at <= now()"
        "  and (leased_until is null or leased_until < now())"
        "  order by next_attempt_at, event_number limit greatest(0, %(parallel)s - ("
        "   select count(*) from webhook_deliveries where webhook = %(webhook)s"
        "   and delivered_at is null and given_up_at is null and leased_until >= now())))"
        f" returning {DELIVERY}",
        {"webhook": webhook, "parallel": parallel, "lease": lease_seconds},
    )
    return await cursor.fetchall()


async def claim_one(conn: AsyncConnection, id: UUID, *, lease_seconds: int) -> Delivery:
    """Take one delivery, whether it is due or not."""
    await conn.execute(
        "update webhook_deliveries set attempt_count = attempt_count + 1,"
        " leased_until = now() + %s * interval '1 second' where id = %s",
        [lease_seconds, id],
    )
    return await get_delivery(conn, id)


async def update_delivered(conn: AsyncConnection, id: UUID, *, status: int | None) -> None:
    """Note that a message was taken."""
    await conn.execute(
        "update webhook_deliveries set delivered_at = clock_timestamp(), leased_until = null,"
        " last_status = %s, last_problem = '' where id = %s",
        [status, id],
    )


async def update_failed(
    conn: AsyncConnection,
    id: UUID,
    *,
    status: int | None,
    problem: str,
    wait_seconds: float | None,
) -> None:
    """Note why a message was not taken, and when it is sent again; None: never."""
    await conn.execute(
        "update webhook_deliveries set leased_until = null, last_status = %(status)s,"
        " last_problem = %(problem)s, next_attempt_at = clock_timestamp()"
        "  + coalesce(%(wait)s::float8, 0) * interval '1 second',"
        " given_up_at = case when %(wait)s::float8 is null then clock_timestamp() end"
        " where id = %(id)s and delivered_at is null",
        {"id": id, "status": status, "problem": problem, "wait": wait_seconds},
    )


async def restart(conn: AsyncConnection, id: UUID) -> Delivery:
    """Have a delivery sent again from the beginning, whatever became of it.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=class_row(Delivery))
    await cursor.execute(
        "update webhook_deliveries set attempt_count = 0, next_attempt_at = clock_timestamp(),"
        " leased_until = null, delivered_at = null, given_up_at = null where id = %s"
        f" returning {DELIVERY}",
        [id],
    )
    delivery = await cursor.fetchone()
    if delivery is None:
        raise NotFound("There is no delivery %(id)s.", id=id)
    return delivery


async def hurry(conn: AsyncConnection, webhook: str) -> None:
    """Have all that waits for a webhook sent now, from the first attempt on."""
    await conn.execute(
        "update webhook_deliveries set attempt_count = 0, next_attempt_at = clock_timestamp()"
        " where webhook = %s and delivered_at is null and given_up_at is null"
        " and (leased_until is null or leased_until < now())",
        [webhook],
    )


async def get_delivery(conn: AsyncConnection, id: UUID) -> Delivery:
    """Read one delivery.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=class_row(Delivery))
    await cursor.execute(f"select {DELIVERY} from webhook_deliveries where id = %s", [id])
    delivery = await cursor.fetchone()
    if delivery is None:
        raise NotFound("There is no delivery %(id)s.", id=id)
    return delivery


async def list_deliveries(
    conn: AsyncConnection, webhook: str, *, state: State | None = None, limit: int
) -> Sequence[Delivery]:
    """The last deliveries to a webhook, the newest first."""
    cursor = conn.cursor(row_factory=class_row(Delivery))
    await cursor.execute(
        f"select {DELIVERY} from webhook_deliveries where webhook = %s{IN_STATE[state]}"
        " order by created_at desc, event_number desc limit %s",
        [webhook, limit],
    )
    return await cursor.fetchall()


async def delete_old(conn: AsyncConnection, *, days: int) -> None:
    """Delete what was delivered or given up so long ago."""
    await conn.execute(
        "delete from webhook_deliveries where created_at < now() - %s * interval '1 day'"
        " and (delivered_at is not null or given_up_at is not null)",
        [days],
    )
