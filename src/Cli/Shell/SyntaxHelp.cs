namespace SqlStream.Cli.Shell;

/// <summary>HELP: the syntax of each statement, with an example.</summary>
static class SyntaxHelp
{
    /// <summary>A statement.</summary>
    /// <param name="Name">Its words.</param>
    /// <param name="Does">What it does.</param>
    /// <param name="Syntax">How it is written.</param>
    /// <param name="Example">One that works.</param>
    internal sealed record Topic(string Name, string Does, string Syntax, string Example);

    /// <summary>All statements.</summary>
    public static IReadOnlyList<Topic> All { get; } =
    [
        new("SELECT", "a query; over a table that does not end it runs until it is stopped",
            "[WITH name AS (query), ...]\nSELECT [DISTINCT] expression [AS name], ... | *\nFROM table [AS alias] [joins]\n[WHERE condition] [GROUP BY expressions] [HAVING condition]\n[WINDOW name AS (...)] [ORDER BY expressions] [LIMIT n] [OFFSET n]",
            "SELECT kind, COUNT(*) AS n FROM events GROUP BY kind;"),
        new("WINDOW", "windows of time, as tables: TUMBLE, HOP, CUMULATE, SESSION",
            "FROM TUMBLE(TABLE t, DESCRIPTOR(time), size)\nFROM HOP(TABLE t, DESCRIPTOR(time), slide, size)\nFROM CUMULATE(TABLE t, DESCRIPTOR(time), step, size)\nFROM SESSION(TABLE t [PARTITION BY k], DESCRIPTOR(time), gap)",
            "SELECT window_start, COUNT(*) FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '1' MINUTE) GROUP BY window_start, window_end;"),
        new("JOIN", "rows of two tables; by time, by versions, by lookup too",
            "FROM a [INNER | LEFT | RIGHT | FULL] JOIN b ON condition | USING (columns)\nFROM a JOIN b FOR SYSTEM_TIME AS OF a.time ON condition\nFROM a CROSS JOIN UNNEST(array) AS t(column)",
            "SELECT o.id, c.name FROM orders AS o JOIN customers AS c ON o.customer = c.id;"),
        new("VALUES", "rows as they are written", "VALUES (expression, ...), ...", "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(id, name);"),
        new("CREATE TABLE", "a table: its columns, and what holds its rows",
            "CREATE [TEMPORARY] TABLE [IF NOT EXISTS] name (\n  column type [NOT NULL] [METADATA [FROM 'key'] [VIRTUAL]] [COMMENT 'text'],\n  column AS expression,\n  WATERMARK FOR column AS expression,\n  PRIMARY KEY (columns) NOT ENFORCED\n) [PARTITIONED BY (columns)] WITH ('connector' = '...', 'key' = 'value', ...) [LIKE table | AS query]",
            "CREATE TABLE events (kind STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = 'in/', 'format' = 'json');"),
        new("CREATE VIEW", "a query with a name", "CREATE [TEMPORARY] VIEW [IF NOT EXISTS] name [(columns)] AS query", "CREATE VIEW clicks AS SELECT * FROM events WHERE kind = 'click';"),
        new("CREATE FUNCTION", "a name for a function of your own", "CREATE [TEMPORARY] FUNCTION [IF NOT EXISTS] name AS 'class' [LANGUAGE word]", "CREATE FUNCTION count_char AS 'com.github.nexmark.flink.udf.CountChar';"),
        new("CREATE DATABASE", "a name space for tables", "CREATE DATABASE [IF NOT EXISTS] [catalog.]name [COMMENT 'text'] [WITH (...)]", "CREATE DATABASE shop;"),
        new("CREATE CATALOG", "a catalog, in memory or kept by a directory", "CREATE CATALOG [IF NOT EXISTS] name WITH ('type' = '...', ...)", "CREATE CATALOG c WITH ('type' = 'generic_in_memory');"),
        new("ALTER TABLE", "changes a table",
            "ALTER TABLE [IF EXISTS] name ADD (column type, ...) | MODIFY (...) | DROP (columns)\n  | RENAME column TO column | RENAME TO name | SET ('key' = 'value') | RESET ('key')",
            "ALTER TABLE events ADD (country STRING);"),
        new("DROP", "takes away a table, view, function, database or catalog", "DROP [TEMPORARY] TABLE | VIEW | FUNCTION | DATABASE | CATALOG [IF EXISTS] name [RESTRICT | CASCADE]", "DROP TABLE IF EXISTS events;"),
        new("INSERT", "a job that writes the rows of a query into a table; here it runs in the background",
            "INSERT INTO | OVERWRITE table [PARTITION (column = value)] [(columns)] query | VALUES (...)\n  [ON CONFLICT DO NOTHING | ERROR | DEDUPLICATE]",
            "INSERT INTO totals SELECT kind, COUNT(*) FROM events GROUP BY kind;"),
        new("STATEMENT SET", "several INSERTs as one job", "EXECUTE STATEMENT SET BEGIN\n  INSERT ...;\n  INSERT ...;\nEND;", "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT * FROM t; INSERT INTO b SELECT * FROM t; END;"),
        new("UPDATE", "changes rows of a memory table", "UPDATE table SET column = expression, ... [WHERE condition]", "UPDATE prices SET price = price * 2 WHERE id = 1;"),
        new("DELETE", "takes rows out of a memory table", "DELETE FROM table [WHERE condition]", "DELETE FROM prices WHERE id = 1;"),
        new("TRUNCATE", "takes all rows out of a memory table", "TRUNCATE TABLE table", "TRUNCATE TABLE prices;"),
        new("SHOW", "lists what there is",
            "SHOW TABLES | VIEWS | FUNCTIONS | DATABASES | CATALOGS [FROM database] [LIKE 'pattern']\nSHOW COLUMNS FROM table\nSHOW CREATE TABLE | VIEW name\nSHOW PARTITIONS table\nSHOW JOBS\nSHOW CHECKPOINTS [FOR JOB 'id']",
            "SHOW TABLES LIKE 'e%';"),
        new("DESCRIBE", "the columns of a table, or what a job does", "DESCRIBE [EXTENDED] table\nDESCRIBE JOB 'id'", "DESCRIBE events;"),
        new("EXPLAIN", "how a statement will be carried out, in any stage", "EXPLAIN [SYNTAX | LOGICAL | OPTIMIZED | PHYSICAL | GRAPH] query | insert", "EXPLAIN SELECT kind, COUNT(*) FROM events GROUP BY kind;"),
        new("USE", "the database or catalog in which names are looked up", "USE [catalog.]database\nUSE CATALOG catalog", "USE CATALOG default_catalog;"),
        new("SET", "sets an option of the session; without one, lists them", "SET ['key' = 'value']", "SET 'table.dml-sync' = 'true';"),
        new("RESET", "an option as it was at the beginning; without one, all", "RESET ['key']", "RESET 'table.dml-sync';"),
        new("CHECKPOINT", "makes durable what jobs have done, and tells what was written", "CHECKPOINT [JOB 'id' | TABLE name]", "CHECKPOINT;"),
        new("SAVEPOINT", "a checkpoint of its own directory, that nothing deletes", "SAVEPOINT JOB 'id' [TO 'directory']", "SAVEPOINT JOB 'a1b2' TO 'savepoints';"),
        new("STOP JOB", "ends a job with a last checkpoint", "STOP JOB 'id' [WITH SAVEPOINT] [WITH DRAIN]", "STOP JOB 'a1b2' WITH SAVEPOINT;"),
    ];

    /// <summary>All topics, or one, or those that begin so.</summary>
    public static void Write(string topic, TextWriter output)
    {
        topic = topic.Trim().TrimEnd(';').Trim();
        if (topic.Length == 0)
        {
            foreach (var one in All)
                output.WriteLine($"{one.Name,-16} {one.Does}");
            output.WriteLine();
            output.WriteLine("HELP CREATE TABLE; gives the syntax of a statement, .help lists the commands of the shell.");
            return;
        }
        var found = All.Where(one => one.Name.Equals(topic, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count == 0)
            found = [.. All.Where(one => one.Name.StartsWith(topic, StringComparison.OrdinalIgnoreCase) || topic.StartsWith(one.Name + " ", StringComparison.OrdinalIgnoreCase))];
        if (found.Count == 0)
            throw ShellErrors.NoSuchTopic(topic);
        foreach (var one in found)
            output.WriteLine($"{one.Name}: {one.Does}\n\n{one.Syntax}\n\nExample:\n{one.Example}\n");
    }
}
