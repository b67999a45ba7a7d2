create table audit_entries (
    number        bigint primary key check (number > 0),
    recorded_at   timestamptz not null,
    actor         text not null,
    action        text not null,
    subject       text not null,
    details       json not null,  -- json keeps the very characters that were sealed
    key_id        text not null,
    previous_seal text not null,
    seal          text not null
);

create index audit_entries_recorded_at on audit_entries (recorded_at);

-- One row; whoever records an entry holds it until the transaction ends, so numbers have no gaps.
create table audit_head (
    is_only    boolean primary key default true check (is_only),
    number     bigint not null,
    entry_seal text not null,
    key_id     text not null,
    seal       text not null
);

insert into audit_head (number, entry_seal, key_id, seal) values (0, '', '', '');

create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_entries_are_kept before update or delete or truncate on audit_entries
    for each statement execute function refuse_change_of_audit();
create trigger audit_head_is_kept before delete or truncate on audit_head
    for each statement execute function refuse_change_of_audit();
