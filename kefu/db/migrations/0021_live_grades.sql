create table live_grades (
    message_id  uuid primary key references messages on delete cascade,
    release_id  int not null references releases,
    answered_at timestamptz not null,
    grades      jsonb not null,
    graded_at   timestamptz not null default clock_timestamp()
);
create index live_grades_by_release on live_grades (release_id, answered_at);
create index live_grades_by_day on live_grades (answered_at);
