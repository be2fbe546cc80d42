-- 大型竞赛按竞赛分区存放 sittings（PostgreSQL 15 起）。用程序自己的数据库用户执行，只需一次：
--     psql "$URL" -f deploy/partitions.sql
-- 然后在竞赛创建之后、开放之前，给它一个分区：
--     SELECT partition_contest('june');
-- 没有自己分区的竞赛都在 sittings_default 里，照常工作。归档后整场撤掉：
--     pg_dump "$URL" -Fc -t sittings_7 -f june.dump    （7 是竞赛的编号）
--     DROP TABLE sittings_7;

-- Makes `sittings` a partitioned table: the table that is there becomes its default partition as it is, nothing is copied.
-- Keys and indexes of the whole keep the names that migrations know.
CREATE OR REPLACE FUNCTION partition_sittings() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    made record;
    fresh text[] := '{}';
BEGIN
    LOCK TABLE sittings IN ACCESS EXCLUSIVE MODE;
    FOR made IN
        SELECT conname AS name, pg_get_constraintdef(oid) AS definition
        FROM pg_constraint WHERE conrelid = 'sittings'::regclass AND contype IN ('p', 'u', 'f') ORDER BY contype DESC, conname
    LOOP
        fresh := fresh || format('ALTER TABLE sittings ADD CONSTRAINT %I %s', made.name, made.definition);
        EXECUTE format('ALTER TABLE sittings RENAME CONSTRAINT %I TO %I', made.name, left(made.name, 55) || '_default');
    END LOOP;
    FOR made IN
        SELECT relname AS name, pg_get_indexdef(indexrelid) AS definition
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE indrelid = 'sittings'::regclass
          AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
    LOOP
        fresh := fresh || made.definition;
        EXECUTE format('ALTER INDEX %I RENAME TO %I', made.name, left(made.name, 55) || '_default');
    END LOOP;
    ALTER TABLE sittings RENAME TO sittings_default;
    CREATE TABLE sittings (LIKE sittings_default INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY LIST (contest_id);
    FOR i IN 1 .. cardinality(fresh) LOOP
        EXECUTE fresh[i];
    END LOOP;
    ALTER TABLE sittings ATTACH PARTITION sittings_default DEFAULT;
END $$;

-- Gives a contest a partition of its own and moves what it has into it. Without sittings it waits only for a look through
-- sittings_default; the sittings of other contests in there wait meanwhile.
CREATE OR REPLACE FUNCTION partition_contest(wanted text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
    part text;
    moved bigint;
BEGIN
    SELECT id INTO number FROM contests WHERE slug = wanted;
    IF number IS NULL THEN
        RAISE EXCEPTION 'no contest %', wanted;
    END IF;
    part := 'sittings_' || number;
    IF to_regclass(part) IS NOT NULL THEN
        RETURN 0;
    END IF;
    IF (SELECT relkind FROM pg_class WHERE oid = 'sittings'::regclass) = 'r' THEN
        PERFORM partition_sittings();
    END IF;
    LOCK TABLE sittings_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE %I (LIKE sittings INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = 85)', part);
    EXECUTE format('INSERT INTO %I SELECT * FROM sittings_default WHERE contest_id = %s ORDER BY id', part, number);
    GET DIAGNOSTICS moved = ROW_COUNT;
    EXECUTE format('DELETE FROM sittings_default WHERE contest_id = %s', number);
    EXECUTE format('ALTER TABLE sittings ATTACH PARTITION %I FOR VALUES IN (%s)', part, number);
    RETURN moved;
END $$;
