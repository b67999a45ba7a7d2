-- What became of it when a model was asked about sentences of which it is known whether they say the
-- same. The fingerprint is of the endpoint, its model, the prompts and the sentences.
create table evaluation_reader_trials (
    id          bigint generated always as identity primary key,
    endpoint    text not null,
    model       text not null,
    fingerprint text not null,
    outcomes    jsonb not null,
    author      text not null,
    tried_at    timestamptz not null default clock_timestamp()
);
create index evaluation_reader_trials_by_fingerprint on evaluation_reader_trials (fingerprint);
