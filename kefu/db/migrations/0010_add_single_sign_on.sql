create table identities (
    issuer   text not null,
    subject  text not null,
    staff_id bigint not null references staff on delete cascade,
    primary key (issuer, subject),
    unique (staff_id, issuer)
);

create table sign_in_requests (
    state_hash bytea primary key,
    nonce      text not null,
    verifier   text not null,
    back       text not null,
    created_at timestamptz not null default clock_timestamp()
);
