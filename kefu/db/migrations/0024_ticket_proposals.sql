alter table evaluation_proposals drop constraint evaluation_proposals_origin_check,
    add constraint evaluation_proposals_origin_check
        check (origin in ('conversation', 'feedback', 'knowledge', 'ticket'));
