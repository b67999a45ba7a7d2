-- What the prompts of a candidate ask otherwise than what is live, when its experiment began.
alter table evaluation_experiments add column unproven jsonb not null default '[]';
