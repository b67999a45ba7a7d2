-- A dataset that was removed is asked no more; what was measured with it can still be read.
alter table evaluation_datasets add removed_at timestamptz;
