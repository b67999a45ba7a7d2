-- One partition a day (UTC), made by whoever writes to it first and dropped when it is too old.
create table spans (
    trace_id        uuid not null,
    span_id         text not null,
    parent_id       text,
    area            text not null,
    name            text not null,
    started_at      timestamptz not null,
    duration_us     bigint not null,
    error           text,
    product         text,
    outcome         text,
    operation       text,
    endpoint        text,
    model           text,
    prompt_version  text,
    data_class      text,
    input_tokens    int,
    output_tokens   int,
    cost_micros     bigint,
    currency        text,
    ttft_ms         real,
    conversation_id text,
    attributes      jsonb not null,
    events          jsonb not null,
    primary key (trace_id, span_id, started_at)
) partition by range (started_at);
create index spans_roots on spans (started_at desc) where parent_id is null;
create index spans_of_models on spans (started_at) where operation is not null;

alter table messages add column trace_id uuid;
create index messages_by_trace on messages (trace_id) where trace_id is not null;
alter table feedback add column correction text;
