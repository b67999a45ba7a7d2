-- A question is stored once and answered once, however often and by however many it is sent at a time.
alter table conversations
    add column beginning text unique;  -- a digest of who began it with which question and key

alter table messages
    add column answering_until timestamptz,  -- while somebody says so, an answer is being written
    add column reply_to        uuid unique references messages on delete cascade;
