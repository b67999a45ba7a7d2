-- Two replies to one case, shown without names; open until somebody has chosen.
create table evaluation_preferences (
    id        uuid primary key,
    case_id   text not null,
    left_id   bigint not null,
    right_id  bigint not null,
    author    text not null,
    choice    text check (choice in ('left', 'right', 'both', 'neither')),
    asked_at  timestamptz not null default clock_timestamp(),
    chosen_at timestamptz,
    check (left_id <> right_id),
    check ((choice is null) = (chosen_at is null)),
    foreign key (left_id, case_id) references evaluation_results on delete cascade,
    foreign key (right_id, case_id) references evaluation_results on delete cascade
);
create unique index evaluation_preferences_once on evaluation_preferences
    (least(left_id, right_id), greatest(left_id, right_id), case_id, author);
create unique index evaluation_preferences_open on evaluation_preferences (author)
    where choice is null;
