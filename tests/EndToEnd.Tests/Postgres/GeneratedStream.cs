using SqlStream.Goldens;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>A query over rows that come and go, as a stream, or over tables that hold them.</summary>
/// <param name="Query">The query.</param>
/// <param name="Changes">Each row of a table with the block in which it comes and that in which it goes again; null if it stays.</param>
sealed record GeneratedStream(GeneratedQuery Query, IReadOnlyList<(string Table, IReadOnlyList<string?> Row, int Comes, int? Goes)> Changes)
{
    const int BlocksMax = 6;
    const string Bar = " | ";

    static readonly TimeSpan s_stepMax = TimeSpan.FromMinutes(2);

    /// <summary>The rows are there, and the query ends.</summary>
    public bool IsBounded { get; init; }

    /// <summary>How many rows there are, also those that go.</summary>
    public int RowCount => Changes.Count;

    /// <summary>The script, with a block for each table and step.</summary>
    public StreamScript Script => new(Catalog, $"INSERT INTO result SELECT * FROM ({Query.Text}) AS z", Blocks(), []);

    string Catalog
    {
        get
        {
            var tables = QueryGenerator.TableNames.Select(table =>
                $"CREATE TABLE {table} ({QueryGenerator.Definitions}) WITH ('connector' = 'manual'{(IsBounded ? "" : $", 'bounded' = 'false', 'changelog' = '{(Changes.Any(change => change.Goes is not null) ? "I,UB,UA,D" : "I")}'")});\n");
            if (IsBounded)
                return string.Concat(tables).TrimEnd('\n');
            return $"{string.Concat(tables)}CREATE TABLE result ({string.Join(", ", Query.Columns.Select((kind, i) => $"c{i} {Type(kind)}"))}) WITH ('connector' = 'manual');";
        }
    }

    /// <summary>A query over new rows, which come in any order; some of them go again.</summary>
    public static GeneratedStream Make(QueryGenerator generator, Random random, GeneratedQuery query, int rows)
    {
        var blocks = random.Next(1, BlocksMax);
        var goes = random.Next(2) == 0;
        var changes = new List<(string, IReadOnlyList<string?>, int, int?)>();
        foreach (var table in QueryGenerator.TableNames)
        {
            foreach (var row in generator.Rows(rows))
            {
                var comes = random.Next(blocks);
                changes.Add((table, row, comes, goes && random.Next(4) == 0 ? random.Next(comes, blocks) : null));
            }
        }
        return new GeneratedStream(query, [.. changes.OrderBy(_ => random.Next())]);
    }

    /// <summary>A query over the rows of tables.</summary>
    public static GeneratedStream Of(GeneratedQuery query, IReadOnlyList<(string Table, IReadOnlyList<string?> Row)> rows) =>
        new(query, [.. rows.Select(row => (row.Table, row.Row, 0, (int?)null))]) { IsBounded = true };

    /// <summary>What comes out, as PostgreSQL's rows are written; ordered by their text where their order does not count.</summary>
    /// <param name="configuration">How streams are run.</param>
    public async Task<List<string>> RunAsync(StreamConfiguration configuration)
    {
        var rows = (await WriteAsync(configuration)).Select(Canonical);
        return [.. IsBounded && Query.IsOrdered ? rows : rows.Order(StringComparer.Ordinal)];
    }

    /// <summary>What comes out, as golden files hold it.</summary>
    /// <param name="configuration">How streams are run.</param>
    public async Task<IReadOnlyList<string>> WriteAsync(StreamConfiguration configuration)
    {
        if (!IsBounded)
            return await new StreamRunner(Script, configuration) { WaitMax = s_stepMax }.RunAsync();
        var connector = new ManualConnector { EndsAtOnce = true };
        connector.FeedWhenRead(Blocks());
        return await QueryRunner.RunAsync(Catalog, Query.Text, QueryConfiguration.All[0], connector);
    }

    /// <summary>The same without some of its rows.</summary>
    public GeneratedStream Without(int from, int count) => this with { Changes = [.. Changes.Where((_, i) => i < from || i >= from + count)] };

    /// <summary>The rows of a table that stay.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> RowsLeft(string table) => [.. Changes.Where(change => change.Table == table && change.Goes is null).Select(change => change.Row)];

    /// <summary>A row that came, as PostgreSQL's are written.</summary>
    public string Canonical(string row)
    {
        if (IsBounded)
            return row.StartsWith("ERROR", StringComparison.Ordinal) ? row : Canonical(row.Split(Bar));
        var words = BatchText.Words(row, ' ');
        if (words[0] != "+" || words.Count != Query.Columns.Count + 1)
            return row;
        return Canonical(words.Skip(1).Select((word, i) => Plain(Query.Columns[i], word)));
    }

    /// <summary>It as sections of a golden file.</summary>
    /// <param name="expected">PostgreSQL's rows.</param>
    /// <param name="written">What came out: the values that PostgreSQL has too stand in the file as they are written there.</param>
    public string Golden(IEnumerable<string> expected, IEnumerable<string> written)
    {
        var forms = written.ToLookup(Canonical);
        var rows = string.Concat(expected.Select(row => (forms[row].FirstOrDefault() ?? Written(row)) + "\n"));
        if (IsBounded)
        {
            var tables = Blocks().Select(block => $"rows {block.Table}\n{string.Concat(block.Rows.Select(row => row + "\n"))}\n");
            return $"catalog\n{Catalog}\n\n{string.Concat(tables)}{(Query.IsOrdered ? "ordered" : "query")}\n{Query.Text}\n----\n{rows}";
        }
        var blocks = Blocks().Select(block => $"feed {block.Table}\n{string.Concat(block.Rows.Select(row => row + "\n"))}");
        return $"catalog\n{Catalog}\n\nstream\n{Script.Statement}\n{string.Concat(blocks)}----\n{rows}";
    }

    string Canonical(IEnumerable<string> values) =>
        string.Join(Bar, values.Select((value, i) => value == "NULL" ? value : QueryOracle.Canonical(Query.Columns[i], value)));

    // A row of PostgreSQL that did not come.
    string Written(string row) => IsBounded ? row : "+ " + string.Join(' ', row.Split(Bar).Select((value, i) => value == "NULL" ? value : Text(Query.Columns[i], value)));

    List<StreamBlock> Blocks()
    {
        var blocks = new List<StreamBlock>();
        for (var step = 0; step < BlocksMax; step++)
        {
            // A table that nobody reads takes no rows.
            foreach (var table in QueryGenerator.TableNames.Where(table => Query.Text.Contains(table, StringComparison.Ordinal)))
            {
                var own = Changes.Where(change => change.Table == table).ToList();
                List<string> rows =
                [
                    .. own.Where(change => change.Comes == step).Select(change => "+ " + Text(change.Row)),
                    .. own.Where(change => change.Goes == step).Select(change => "- " + Text(change.Row)),
                ];
                if (rows.Count > 0)
                    blocks.Add(new StreamBlock(table, rows, 0));
            }
        }
        return blocks;
    }

    static string Text(IReadOnlyList<string?> row) => string.Join(' ', row.Select((value, i) => value is null ? "NULL" : Text(QueryGenerator.TableColumns[i].Kind, value)));

    static string Text(ValueKind kind, string value) => kind switch
    {
        ValueKind.Text => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'",
        ValueKind.Timestamp => value.Replace(' ', 'T'),
        _ => value,
    };

    static string Plain(ValueKind kind, string word) => kind switch
    {
        ValueKind.Text => word is ['\'', .. var inner, '\''] ? inner.Replace("''", "'", StringComparison.Ordinal) : word,
        ValueKind.Bool => word.ToUpperInvariant(),
        _ => word,
    };

    static string Type(ValueKind kind) => kind switch
    {
        ValueKind.Int => "BIGINT",
        ValueKind.Decimal => "DECIMAL(38, 8)",
        ValueKind.Double => "DOUBLE",
        ValueKind.Text => "STRING",
        ValueKind.Bool => "BOOLEAN",
        ValueKind.Date => "DATE",
        _ => "TIMESTAMP(3)",
    };
}
