-- Conversations are compared that began while a trial had the share it has.
alter table release_trials add column share_since timestamptz;
update release_trials set share_since = started_at;
alter table release_trials
    alter column share_since set not null,
    alter column share_since set default clock_timestamp();
