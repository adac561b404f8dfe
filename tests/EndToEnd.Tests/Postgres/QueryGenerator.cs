using System.Globalization;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>How values of an expression are compared with those of another system.</summary>
enum ValueKind
{
    Int,
    Decimal,
    Double,
    Text,
    Bool,
    Date,
    Timestamp,
}

/// <summary>A query as both systems read it.</summary>
/// <param name="Text">The SQL.</param>
/// <param name="Columns">The kinds of its columns.</param>
/// <param name="IsOrdered">The order of rows counts.</param>
/// <param name="IsStreamable">It means the same as a stream: nothing is sorted or aggregated over all rows, which as a stream gives no row
/// before the first.</param>
sealed record GeneratedQuery(string Text, IReadOnlyList<ValueKind> Columns, bool IsOrdered, bool IsStreamable);

/// <summary>Makes typed queries that mean the same in both dialects, from a seed.</summary>
/// <remarks>What the dialects are known to differ in (docs/sql/differences.md) is left out, and so is what raises errors: divisors are
/// literals, numbers stay small, floating-point values are multiples of a quarter.</remarks>
sealed class QueryGenerator(int seed)
{
    /// <summary>The tables: columns by name and kind.</summary>
    public static readonly IReadOnlyList<(string Name, ValueKind Kind, string Type)> TableColumns =
    [
        ("i", ValueKind.Int, "INT"), ("b", ValueKind.Int, "BIGINT"), ("d", ValueKind.Decimal, "DECIMAL(10, 2)"), ("f", ValueKind.Double, "DOUBLE PRECISION"),
        ("s", ValueKind.Text, "VARCHAR(20)"), ("w", ValueKind.Text, "VARCHAR(20)"), ("o", ValueKind.Bool, "BOOLEAN"), ("dt", ValueKind.Date, "DATE"), ("ts", ValueKind.Timestamp, "TIMESTAMP(3)"),
    ];

    /// <summary>The tables of the queries.</summary>
    public static readonly IReadOnlyList<string> TableNames = ["t1", "t2"];

    /// <summary>Their columns, for CREATE TABLE.</summary>
    public static string Definitions => string.Join(", ", TableColumns.Select(column => $"{column.Name} {column.Type}"));

    static readonly ValueKind[] _kinds = Enum.GetValues<ValueKind>();
    static readonly string[] _words = ["", "a", "ab", "apple", "Zoe", "banana", " pad ", "x%y", "caf\u00e9", "under_score", "o'clock"];
    static readonly string[] _patterns = ["%a%", "a%", "%e", "_a%", "%x\\%y%", "", "%", "caf_", "%\\_s%"];

    readonly Random _random = new(seed);
    List<(string Name, ValueKind Kind)> _scope = [];
    int _queries;
    bool _isStreamable;

    /// <summary>The next query.</summary>
    public GeneratedQuery Next()
    {
        var kinds = Enumerable.Range(0, Up(1, 4)).Select(_ => Pick(_kinds)).ToList();
        _isStreamable = true;
        var shape = Up(0, 10);
        if (shape is 3 or 4)
            return Ordered(kinds);
        var text = shape < 3 ? SetOperation(kinds) : Query(kinds, depth: 2);
        return new GeneratedQuery(text, kinds, IsOrdered: false, _isStreamable);
    }

    /// <summary>Rows of a table, some of them equal.</summary>
    public List<List<string?>> Rows(int count)
    {
        var rows = Enumerable.Range(0, count).Select(_ => TableColumns.Select(column => Value(column.Kind)).ToList()).ToList();
        rows.AddRange([.. rows.Take(count / 4)]);
        return rows;
    }

    /// <summary>A literal of a value that rows hold, or null for NULL; its text without quotes too.</summary>
    public string? Value(ValueKind kind)
    {
        if (Up(0, 5) == 0)
            return null;
        return kind switch
        {
            ValueKind.Int => Number(Up(-20, 21)),
            ValueKind.Decimal => (Up(-4000, 4001) / 100m).ToString("0.00", CultureInfo.InvariantCulture),
            ValueKind.Double => (Up(-80, 81) / 4.0).ToString("0.00", CultureInfo.InvariantCulture),
            ValueKind.Text => Pick(_words),
            ValueKind.Bool => Up(0, 2) == 0 ? "FALSE" : "TRUE",
            ValueKind.Date => Day(),
            _ => $"{Day()} {Up(0, 24):00}:{Up(0, 60):00}:{Up(0, 60):00}.{Pick(["000", "250", "999"])}",
        };
    }

    GeneratedQuery Ordered(List<ValueKind> kinds)
    {
        var query = Up(0, 2) == 0 ? SetOperation(kinds) : Query(kinds, depth: 1);
        var keys = Enumerable.Range(0, kinds.Count).OrderBy(_ => _random.Next())
            .Select(i => $"c{i} {Pick(["ASC", "DESC"])} NULLS {Pick(["FIRST", "LAST"])}");
        var limit = Up(0, 3) == 0 ? "" : $" LIMIT {Up(0, 30)}";
        var offset = limit.Length == 0 || Up(0, 2) == 0 ? "" : $" OFFSET {Up(0, 8)}";
        return new GeneratedQuery($"SELECT * FROM ({query}) AS z ORDER BY {string.Join(", ", keys)}{limit}{offset}", kinds, IsOrdered: true, IsStreamable: false);
    }

    string SetOperation(List<ValueKind> kinds)
    {
        var text = $"({Query(kinds, depth: 1)})";
        for (var links = Up(1, 4); links > 0; links--)
            text += $" {Pick(["UNION", "UNION ALL", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL"])} ({Query(kinds, depth: 1)})";
        return text;
    }

    string Query(List<ValueKind> kinds, int depth)
    {
        var outer = _scope;
        var from = From(depth);
        var where = Up(0, 6) switch
        {
            0 or 1 or 2 => $" WHERE {Expression(ValueKind.Bool, 3)}",
            3 => $" WHERE {OverSubquery()}{(Up(0, 2) == 0 ? $" AND {Expression(ValueKind.Bool, 1)}" : "")}",
            4 when Up(0, 2) == 0 => $" WHERE ({OverSubquery()} OR {Expression(ValueKind.Bool, 1)})",
            _ => "",
        };
        var text = Up(0, 6) switch
        {
            0 or 1 => Grouped(kinds, from, where),
            5 => Up(0, 2) == 0 ? Windowed(kinds, from, where) : TopN(kinds, from, where),
            2 => $"SELECT DISTINCT {List(kinds, kind => Expression(kind, 2))} FROM {from}{where}",
            3 when Up(0, 2) == 0 => $"SELECT {List(kinds, OfSubquery)} FROM {from}{where}",
            _ => $"SELECT {List(kinds, kind => Expression(kind, 3))} FROM {from}{where}",
        };
        _scope = outer;
        return text;
    }

    // Sub-queries as values, alone and in expressions.
    string OfSubquery(ValueKind kind) => kind switch
    {
        ValueKind.Bool => $"({OverSubquery()})",
        ValueKind.Int => $"CASE WHEN {OverSubquery()} THEN {Expression(kind, 1)} ELSE {Expression(kind, 1)} END",
        _ => Expression(kind, 2),
    };

    string From(int depth)
    {
        var from = Tables(depth);
        return Up(0, 12) switch
        {
            0 => Unnested(from),
            1 => Lateral(from),
            _ => from,
        };
    }

    // The first rows of a table, or aggregates of it, for each row; the order is of all columns, so that rows which it does not tell apart are equal.
    string Lateral(string from)
    {
        var around = _scope;
        var (alias, name) = ($"q{_queries++}", $"q{_queries++}");
        _scope = [.. TableColumns.Select(column => ($"{alias}.{column.Name}", column.Kind))];
        List<(string Text, ValueKind Kind)> columns;
        var last = "";
        if (Up(0, 3) == 0)
        {
            columns = [("COUNT(*)", ValueKind.Int), ($"MAX({Own(ValueKind.Date)})", ValueKind.Date)];
        }
        else
        {
            columns = [.. Enumerable.Range(0, Up(1, 3)).Select(_ => Pick([.. _scope])), (Up(0, 2) == 0 ? Pick([.. around]) : Pick([.. _scope]))];
            last = Up(0, 3) == 0 ? "" : $" {OrderOfAll()} LIMIT {Up(1, 4)}{(Up(0, 4) == 0 ? " OFFSET 1" : "")}";
        }
        var query = $"LATERAL (SELECT {string.Join(", ", columns.Select((column, i) => $"{column.Text} AS c{i}"))} FROM {Pick(["t1", "t2"])} AS {alias} WHERE {Correlation(around)}{last}) AS {name}";
        _scope = [.. around, .. columns.Select((column, i) => ($"{name}.c{i}", column.Kind))];
        return Up(0, 2) == 0 ? $"{from} CROSS JOIN {query}" : $"{from} LEFT JOIN {query} ON TRUE";
    }

    string Own(ValueKind kind) => Pick([.. _scope.Where(column => column.Kind == kind)]).Name;

    // Columns of the sub-query beside columns around it.
    string Correlation(IReadOnlyList<(string Name, ValueKind Kind)> around)
    {
        var (outer, kind) = Pick(around);
        var equal = $"{Own(kind)} = {outer}";
        var (other, otherKind) = Pick(around);
        var compared = $"{Own(otherKind)} {Pick(["<", ">=", "<>"])} {other}";
        return Up(0, 5) switch
        {
            0 => compared,
            1 => $"{equal} AND {compared}",
            2 => $"({equal} OR {Expression(ValueKind.Bool, 1)})",
            _ => equal,
        };
    }

    // The elements of an array of columns beside each row.
    string Unnested(string from)
    {
        var (_, kind) = Pick([.. _scope]);
        var columns = _scope.FindAll(column => column.Kind == kind);
        var name = $"q{_queries++}";
        _scope = [.. _scope, ($"{name}.e", kind), ($"{name}.n", ValueKind.Int)];
        var array = $"UNNEST(ARRAY[{string.Join(", ", columns.Select(column => column.Name).Append("NULL"))}]) WITH ORDINALITY AS {name}(e, n)";
        return Up(0, 2) == 0 ? $"{from} CROSS JOIN {array}" : $"{from} LEFT JOIN {array} ON TRUE";
    }

    string Tables(int depth)
    {
        if (depth > 0 && Up(0, 4) == 0)
            return Join(depth - 1);
        if (depth == 0 || Up(0, 3) != 0)
        {
            // With a name of its own, so that sub-queries may name its columns too.
            return Named();
        }
        return SubQuery(depth);
    }

    string SubQuery(int depth)
    {
        List<ValueKind> kinds = [.. _kinds.Where(_ => Up(0, 2) == 0), ValueKind.Int];
        var name = $"q{_queries++}";
        var query = Query(kinds, depth - 1);
        _scope = [.. kinds.Select((kind, i) => ($"{name}.c{i}", kind))];
        return $"({query}) AS {name}";
    }

    // A condition over the rows of another table, with or without columns of the query around.
    string OverSubquery()
    {
        var around = _scope;
        var name = $"q{_queries++}";
        _scope = [.. TableColumns.Select(column => ($"{name}.{column.Name}", column.Kind))];
        var from = $"FROM {Pick(["t1", "t2"])} AS {name}";
        var own = Up(0, 2) == 0 ? Expression(ValueKind.Bool, 1) : null;
        var (outer, kind) = Pick([.. around]);
        string Inner(ValueKind of) => Pick([.. _scope.Where(column => column.Kind == of)]).Name;
        var equal = $"{Inner(kind)} = {outer}";
        var both = own is null ? equal : $"{equal} AND {own}";
        var where = own is null ? "" : $" WHERE {own}";
        var numbers = around.FindAll(column => column.Kind == ValueKind.Int).ConvertAll(column => column.Name);
        var number = numbers.Count == 0 ? "2" : Pick([.. numbers]);
        var not = Pick(["", "NOT "]);
        var (second, secondKind) = Pick([.. around]);
        var text = Up(0, 13) switch
        {
            5 or 6 => $"{not}({outer} {Pick(["=", "<>", "<", "<=", ">", ">="])} {Pick(["ANY", "ALL", "SOME"])} (SELECT {Inner(kind)} {from}{where}))",
            7 or 8 => $"{not}({outer} {Pick(["=", "<>", "<", "<=", ">", ">="])} {Pick(["ANY", "ALL"])} (SELECT {Inner(kind)} {from} WHERE {Correlation(around)}))",
            9 => $"{not}EXISTS (SELECT 1 {from} WHERE {Correlation(around)}{Pick(["", $" AND {not}EXISTS ({Inside(around)})", $" AND {Inner(ValueKind.Int)} <= (SELECT COUNT(*) FROM ({Inside(around)}) AS z)"])})",
            10 => $"{number} {Pick(["=", "<", ">="])} (SELECT {Pick(["COUNT(*)", $"SUM({Inner(ValueKind.Int)} + {number})", $"COUNT({Inner(kind)}) + {number}"])} {from} WHERE {Correlation(around)})",
            11 => $"{number} {Pick(["<", ">="])} (SELECT {name}.i {from} WHERE {Correlation(around)} ORDER BY {name}.i {Pick(["ASC", "DESC"])} NULLS {Pick(["FIRST", "LAST"])} LIMIT 1)",
            12 => $"({outer}, {second}) {not}IN (SELECT {Inner(kind)}, {Inner(secondKind)} {from}{where})",
            0 => $"{not}EXISTS (SELECT 1 {from} WHERE {both})",
            1 => $"{outer} {not}IN (SELECT {Inner(kind)} {from}{where})",
            2 => $"{number} {Pick(["=", "<", ">="])} (SELECT {Pick(["COUNT(*)", $"MAX({Inner(ValueKind.Int)})", $"SUM({Inner(ValueKind.Int)}) + COUNT(*)"])} {from} WHERE {both})",
            3 => $"{number} {Pick(["<>", "<="])} (SELECT {Pick(["COUNT(*) - 20", $"MIN({Inner(ValueKind.Int)})"])} {from}{where})",
            _ => $"EXISTS (SELECT {Inner(kind)} {from}{where})",
        };
        _scope = around;
        return text;
    }

    // A query that names columns of the two queries around it.
    string Inside(IReadOnlyList<(string Name, ValueKind Kind)> farther)
    {
        var around = _scope;
        var name = $"q{_queries++}";
        _scope = [.. TableColumns.Select(column => ($"{name}.{column.Name}", column.Kind))];
        var text = $"SELECT {Own(ValueKind.Int)} FROM {Pick(["t1", "t2"])} AS {name} WHERE {Correlation(farther)} AND {Correlation(around)}";
        _scope = around;
        return text;
    }

    // Of tables and sub-queries, by something equal and perhaps by something else.
    string Join(int depth)
    {
        var left = Joined(depth);
        var leftScope = _scope;
        var right = Joined(depth);
        var kinds = leftScope.Select(column => column.Kind).Intersect(_scope.Select(column => column.Kind)).ToList();
        var kind = Pick([.. kinds]);
        var key = $"{Pick([.. leftScope.Where(column => column.Kind == kind)]).Name} = {Pick([.. _scope.Where(column => column.Kind == kind)]).Name}";
        _scope = [.. leftScope, .. _scope];
        var word = Pick(["JOIN", "INNER JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
        // PostgreSQL has FULL JOIN by equal columns alone.
        return $"{left} {word} {right} ON {key}{(word != "FULL JOIN" && Up(0, 3) == 0 ? $" AND {Expression(ValueKind.Bool, 1)}" : "")}";
    }

    string Joined(int depth)
    {
        if (depth > 0 && Up(0, 3) == 0)
            return Up(0, 2) == 0 ? $"({Join(depth - 1)})" : SubQuery(depth);
        return Named();
    }

    string Named()
    {
        var name = $"q{_queries++}";
        _scope = [.. TableColumns.Select(column => ($"{name}.{column.Name}", column.Kind))];
        return $"{Pick(["t1", "t2"])} AS {name}";
    }

    string Grouped(List<ValueKind> kinds, string from, string where)
    {
        // A constant would be the position of a column to PostgreSQL.
        var keys = Enumerable.Range(0, Up(0, 4)).Select(_ => Pick(_kinds)).Select(kind => (Text: Column(kind), Kind: kind))
            .Where(key => key.Text is not null).DistinctBy(key => key.Text).ToList();
        var list = List(kinds, kind => Up(0, 3) > 0 && keys.Find(key => key.Kind == kind).Text is { } key ? key : Aggregate(kind));
        var having = Up(0, 4) > 0 ? "" : $" HAVING {Aggregate(ValueKind.Int)} > {Up(-3, 6)}";
        if (keys.Count > 0 && Up(0, 6) == 0)
        {
            var own = _scope;
            _scope = keys.ConvertAll(key => (key.Text!, key.Kind));
            having = $" HAVING {OverSubquery()}";
            _scope = own;
        }
        var texts = keys.ConvertAll(key => key.Text);
        var sets = keys.Count == 0 ? 0 : Up(0, 6);
        _isStreamable &= keys.Count > 0 && sets > 2;
        var by = keys.Count == 0 ? "" : " GROUP BY " + sets switch
        {
            0 => $"ROLLUP ({string.Join(", ", texts)})",
            1 => $"CUBE ({string.Join(", ", texts)})",
            2 => $"GROUPING SETS (({string.Join(", ", texts)}), ({texts[0]}), ())",
            _ => string.Join(", ", texts),
        };
        return $"SELECT {list} FROM {from}{where}{by}{having}";
    }

    // Functions with OVER. Where rows are counted, the order is of all columns, so that rows which it does not tell apart are equal; one such column a
    // query, for which of equal rows is the first is each window's own affair.
    string Windowed(List<ValueKind> kinds, string from, string where)
    {
        var counted = Up(0, kinds.Count);
        return $"SELECT {string.Join(", ", kinds.Select((kind, i) => $"{(i == counted ? OverRows(kind) : OverPeers(kind))} AS c{i}"))} FROM {from}{where}";
    }

    string OverRows(ValueKind kind)
    {
        var window = $"OVER ({Partition()}{OrderOfAll()}";
        var filter = Filter();
        return Up(0, 3) == 0 ? $"{Pick(["LAG", "LEAD"])}({Expression(kind, 1)}, {Up(0, 4)}) {window})" : kind switch
        {
            ValueKind.Int => Up(0, 4) switch
            {
                0 => $"ROW_NUMBER() {window})",
                1 => $"NTILE({Up(1, 5)}) {window})",
                2 => $"COUNT({Expression(Pick(_kinds), 1)}){filter} {window} {RowsFrame()})",
                _ => $"CAST(SUM({Expression(kind, 1)}){filter} {window} {RowsFrame()}) AS BIGINT)",
            },
            ValueKind.Bool => $"(COUNT(*){filter} {window} {RowsFrame()}) > {Up(0, 4)})",
            ValueKind.Double or ValueKind.Decimal => $"{Pick(["SUM", "MIN", "MAX"])}({Column(kind) ?? Literal(kind)}){filter} {window} {RowsFrame()})",
            _ => $"{Pick(["MIN", "MAX"])}({Expression(kind, 1)}){filter} {window} {RowsFrame()})",
        };
    }

    string OverPeers(ValueKind kind)
    {
        var partition = Partition();
        var order = $"ORDER BY {Expression(Pick(_kinds), 1)} {Pick(["ASC", "DESC"])} NULLS {Pick(["FIRST", "LAST"])}";
        var window = $"OVER ({partition}{(Up(0, 4) == 0 ? "" : order)})";
        var filter = Filter();
        return kind switch
        {
            ValueKind.Int => Up(0, 6) switch
            {
                0 => $"{Pick(["RANK", "DENSE_RANK"])}() OVER ({partition}{order})",
                1 => $"CAST(SUM({Expression(kind, 1)}){filter} {window} AS BIGINT)",
                2 => $"COUNT({Expression(Pick(_kinds), 1)}) OVER ({partition}ORDER BY {Column(kind) ?? "(1 + 1)"} NULLS {Pick(["FIRST", "LAST"])} RANGE BETWEEN {Up(0, 9)} PRECEDING AND {Up(0, 4)} FOLLOWING)",
                3 => $"COUNT(*) OVER ({partition}ORDER BY {Column(ValueKind.Timestamp) ?? "TIMESTAMP '2024-01-01 00:00:00'"} NULLS FIRST RANGE BETWEEN INTERVAL '{Up(1, 99)}' DAY PRECEDING AND CURRENT ROW)",
                4 => $"COUNT(*){filter} OVER ({partition}{order.Replace(" ASC ", " ", StringComparison.Ordinal)} RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)",
                _ => $"COUNT(*){filter} {window}",
            },
            ValueKind.Bool => $"(SUM({Expression(ValueKind.Int, 1)}) {window} > {Up(-2, 5)})",
            ValueKind.Double when Up(0, 2) == 0 => $"{Pick(["PERCENT_RANK", "CUME_DIST"])}() OVER ({partition}{order})",
            ValueKind.Double or ValueKind.Decimal => $"{Pick(["SUM", "MIN", "MAX"])}({Column(kind) ?? Literal(kind)}){filter} {window}",
            _ => $"{Pick(["MIN", "MAX"])}({Expression(kind, 1)}){filter} {window}",
        };
    }

    string Partition() => Up(0, 3) == 0 ? "" : $"PARTITION BY {Expression(Pick(_kinds), 1)} ";

    string Filter() => Up(0, 4) == 0 ? $" FILTER (WHERE {Expression(ValueKind.Bool, 1)})" : "";

    string RowsFrame() => Pick(
    [
        "ROWS UNBOUNDED PRECEDING", $"ROWS {Up(0, 4)} PRECEDING", $"ROWS BETWEEN {Up(0, 3)} PRECEDING AND {Up(0, 3)} FOLLOWING", $"ROWS BETWEEN CURRENT ROW AND {Up(0, 3)} FOLLOWING",
        $"ROWS BETWEEN {Up(2, 5)} PRECEDING AND {Up(0, 3)} PRECEDING", "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING", "",
    ]);

    string OrderOfAll() =>
        $"ORDER BY {string.Join(", ", _scope.OrderBy(_ => _random.Next()).Select(column => $"{column.Name} {Pick(["ASC", "DESC"])} NULLS {Pick(["FIRST", "LAST"])}"))}";

    string TopN(List<ValueKind> kinds, string from, string where)
    {
        var name = $"q{_queries++}";
        var partition = Partition();
        var (function, order) = Up(0, 2) == 0
            ? ("ROW_NUMBER", OrderOfAll())
            : (Pick(["RANK", "DENSE_RANK"]), $"ORDER BY {Expression(Pick(_kinds), 1)} {Pick(["ASC", "DESC"])} NULLS {Pick(["FIRST", "LAST"])}");
        var inner = $"SELECT {List(kinds, kind => Column(kind) ?? Literal(kind))}, {function}() OVER ({partition}{order}) AS n FROM {from}{where}";
        var list = List(kinds, kind => kind == ValueKind.Int && Up(0, 2) == 0 ? $"{name}.n" : $"{name}.c{kinds.IndexOf(kind)}");
        var condition = Pick([$"{name}.n <= {Up(1, 6)}", $"{name}.n = 1", $"{name}.n = {Up(1, 4)}", $"{name}.n BETWEEN {Up(1, 3)} AND {Up(2, 6)}", $"{Up(2, 5)} > {name}.n"]);
        return $"SELECT {list} FROM ({inner}) AS {name} WHERE {condition}";
    }

    string Aggregate(ValueKind kind)
    {
        var filter = Filter();
        return kind switch
        {
            ValueKind.Int => Up(0, 5) switch
            {
                0 => $"COUNT(*){filter}",
                1 => $"COUNT({Expression(Pick(_kinds), 1)}){filter}",
                2 => $"COUNT(DISTINCT {Expression(Pick(_kinds), 1)}){filter}",
                // The sum of BIGINT is a decimal in PostgreSQL, whose quotients have fractions.
                3 => $"CAST(SUM({Expression(ValueKind.Int, 1)}){filter} AS BIGINT)",
                _ => $"CAST(SUM(DISTINCT {Expression(ValueKind.Int, 1)}){filter} AS BIGINT)",
            },
            ValueKind.Bool => $"({Aggregate(ValueKind.Int)} > {Up(-2, 5)})",
            ValueKind.Double => Up(0, 2) == 0
                ? $"AVG(CAST({Expression(ValueKind.Int, 1)} AS DOUBLE PRECISION)){filter}"
                : $"{Pick(["SUM", "MIN", "MAX"])}({Expression(kind, 1)}){filter}",
            ValueKind.Decimal => $"{Pick(["SUM", "MIN", "MAX"])}({Column(kind) ?? "CAST(1.25 AS DECIMAL(10, 2))"}){filter}",
            _ => $"{Pick(["MIN", "MAX"])}({Expression(kind, 1)}){filter}",
        };
    }

    string Expression(ValueKind kind, int depth)
    {
        if (depth == 0 || Up(0, 4) == 0)
            return Up(0, 4) > 0 && Column(kind) is { } column ? column : Literal(kind);
        if (Up(0, 5) == 0)
            return Conditional(kind, depth - 1);
        string E(ValueKind of) => Expression(of, depth - 1);
        return kind switch
        {
            ValueKind.Int => Up(0, 9) switch
            {
                0 or 1 or 2 => $"({E(kind)} {Pick(["+", "-"])} {E(kind)})",
                3 => $"({E(kind)} * {Up(-3, 4)})",
                4 => $"({E(kind)} {Pick(["/", "%"])} {Pick(["2", "3", "7", "-4"])})",
                5 => $"CHAR_LENGTH({E(ValueKind.Text)})",
                6 => $"POSITION({Literal(ValueKind.Text)} IN {E(ValueKind.Text)})",
                7 => $"ABS({E(kind)})",
                _ => $"CAST(EXTRACT({Pick(["YEAR", "MONTH", "DAY", "QUARTER", "WEEK", "DOY"])} FROM {E(ValueKind.Date)}) AS INTEGER)",
            },
            ValueKind.Decimal => Up(0, 5) switch
            {
                0 => $"({Column(kind) ?? Literal(kind)} {Pick(["+", "-"])} {E(ValueKind.Int)})",
                1 => $"ROUND({Column(kind) ?? Literal(kind)}, {Up(0, 2)})",
                2 => $"{Pick(["FLOOR", "CEIL", "ABS"])}({Column(kind) ?? Literal(kind)})",
                3 => $"({Column(kind) ?? Literal(kind)} * {Pick(["0.5", "-1.25", "3"])})",
                _ => $"(-{Column(kind) ?? Literal(kind)})",
            },
            ValueKind.Double => Up(0, 4) switch
            {
                0 => $"({E(kind)} {Pick(["+", "-"])} {E(Pick([ValueKind.Double, ValueKind.Int]))})",
                1 => $"({Column(kind) ?? Literal(kind)} * {Pick(["2", "4", "-1"])})",
                2 => $"{Pick(["FLOOR", "CEIL", "ABS"])}({E(kind)})",
                _ => $"CAST({E(ValueKind.Int)} AS DOUBLE PRECISION)",
            },
            ValueKind.Text => Up(0, 9) switch
            {
                0 => $"({E(kind)} || {E(kind)})",
                1 => $"{Pick(["UPPER", "LOWER", "REVERSE", "TRIM"])}({E(kind)})",
                2 => $"SUBSTRING({E(kind)} FROM {Up(1, 4)} FOR {Up(0, 4)})",
                3 => $"REPLACE({E(kind)}, 'a', {Literal(kind)})",
                4 => $"{Pick(["LEFT", "RIGHT"])}({E(kind)}, {Up(0, 4)})",
                5 => $"{Pick(["LPAD", "RPAD"])}({E(kind)}, {Up(0, 8)}, 'xy')",
                6 => $"REPEAT({E(kind)}, {Up(0, 3)})",
                7 => $"CAST({E(ValueKind.Int)} AS VARCHAR(20))",
                _ => $"TRIM({Pick(["BOTH", "LEADING", "TRAILING"])} {Pick(["'a'", "' '", "'e'"])} FROM {E(kind)})",
            },
            ValueKind.Bool => Predicate(depth - 1),
            ValueKind.Date => $"CAST({E(ValueKind.Timestamp)} AS DATE)",
            _ => $"({E(kind)} {Pick(["+", "-"])} INTERVAL '{Up(1, 40)}' {Pick(["DAY", "HOUR", "MINUTE", "SECOND"])})",
        };
    }

    string Predicate(int depth)
    {
        var kind = Pick(_kinds);
        string E(ValueKind of) => Expression(of, depth);
        return Up(0, 11) switch
        {
            0 or 1 => $"({E(ValueKind.Bool)} {Pick(["AND", "OR"])} {E(ValueKind.Bool)})",
            2 => $"(NOT {E(ValueKind.Bool)})",
            3 => $"({E(kind)} IS {Pick(["", "NOT "])}NULL)",
            4 => $"({E(kind)} IS {Pick(["", "NOT "])}DISTINCT FROM {E(kind)})",
            5 => $"({E(ValueKind.Bool)} IS {Pick(["", "NOT "])}{Pick(["TRUE", "FALSE", "UNKNOWN"])})",
            6 => $"({E(kind)} {Pick(["", "NOT "])}BETWEEN {Pick(["", "SYMMETRIC "])}{E(kind)} AND {E(kind)})",
            7 => $"({E(kind)} {Pick(["", "NOT "])}IN ({E(kind)}, {E(kind)}, {Literal(kind)}))",
            8 => $"({E(ValueKind.Text)} {Pick(["", "NOT "])}LIKE '{Pick(_patterns)}' ESCAPE '\\')",
            9 => Subquery(kind, E(kind)),
            _ => $"({E(kind)} {Pick(["=", "<>", "<", "<=", ">", ">="])} {E(kind)})",
        };
    }

    string Subquery(ValueKind kind, string operand)
    {
        var values = $"VALUES ({Literal(kind)}), ({Literal(kind)})";
        return Up(0, 4) switch
        {
            0 => $"({operand} {Pick(["", "NOT "])}IN ({values}))",
            1 => $"({operand} {Pick(["<", ">="])} {Pick(["ANY", "ALL"])} ({values}))",
            2 => $"({Pick(["", "NOT "])}EXISTS (SELECT v FROM ({values}) AS e(v) WHERE v = {Literal(kind)}))",
            _ => $"({operand} = (SELECT v FROM (VALUES ({Literal(kind)})) AS e(v) WHERE {Pick(["TRUE", "FALSE"])}))",
        };
    }

    string Conditional(ValueKind kind, int depth)
    {
        string E(ValueKind of) => Expression(of, depth);
        return Up(0, 4) switch
        {
            0 => $"CASE WHEN {E(ValueKind.Bool)} THEN {E(kind)} WHEN {E(ValueKind.Bool)} THEN {E(kind)} ELSE {E(kind)} END",
            1 => $"CASE WHEN {E(ValueKind.Bool)} THEN {E(kind)} END",
            2 => $"COALESCE({E(kind)}, {E(kind)})",
            _ => $"NULLIF({E(kind)}, {E(kind)})",
        };
    }

    string? Column(ValueKind kind)
    {
        var fitting = _scope.Where(column => column.Kind == kind).ToList();
        return fitting.Count == 0 ? null : fitting[Up(0, fitting.Count)].Name;
    }

    string Literal(ValueKind kind)
    {
        string? value;
        do
            value = Value(kind);
        while (value is null);
        return kind switch
        {
            ValueKind.Int => value.StartsWith('-') ? $"({value})" : value,
            ValueKind.Decimal => $"CAST({value} AS DECIMAL(10, 2))",
            ValueKind.Double => $"CAST({value} AS DOUBLE PRECISION)",
            ValueKind.Bool => value,
            ValueKind.Date => $"DATE '{value}'",
            ValueKind.Timestamp => $"TIMESTAMP '{value}'",
            _ => $"CAST('{value.Replace("'", "''", StringComparison.Ordinal)}' AS VARCHAR(20))",
        };
    }

    string List(List<ValueKind> kinds, Func<ValueKind, string> expression) => string.Join(", ", kinds.Select((kind, i) => $"{expression(kind)} AS c{i}"));

    string Day() => $"{Pick(["2023", "2024"])}-{Up(1, 13):00}-{Up(1, 29):00}";

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    int Up(int from, int to) => _random.Next(from, to);

    T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
