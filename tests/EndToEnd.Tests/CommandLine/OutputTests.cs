using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.CommandLine;

/// <summary>What a query's result looks like in each form of <c>--output</c>.</summary>
public sealed class OutputTests
{
    /// <summary>A value of each scalar type, and what is easily confused: NULL and the empty string, NaN and a name.</summary>
    const string EveryType = """
        SELECT TRUE AS b, CAST(-128 AS TINYINT) AS t, CAST(-2 AS SMALLINT) AS s, 3 AS i, CAST(9223372036854775807 AS BIGINT) AS l,
          CAST(1.5 AS FLOAT) AS f, CAST(0.1 AS DOUBLE) AS d, CAST(12.30 AS DECIMAL(10, 3)) AS m, 'text' AS st, CAST('ab' AS CHAR(4)) AS ch,
          CAST('abc' AS VARCHAR(2)) AS vc, DATE '2026-01-02' AS dt, TIME '01:02:03' AS tm, TIMESTAMP '2026-01-02 03:04:05.678' AS ts3,
          TIMESTAMP '2026-01-02 03:04:05.123456' AS ts6, x'00ff' AS bs, CAST('NaN' AS DOUBLE) AS nan, CAST('Infinity' AS DOUBLE) AS inf,
          CAST('-Infinity' AS FLOAT) AS ninf, CAST(NULL AS STRING) AS n, '' AS e, CAST(1e21 AS DOUBLE) AS big
        """;

    /// <summary>Quotation marks, separators, line breaks, tabs, an escape character, and characters of one and two columns.</summary>
    const string OddText = """
        SELECT 'a"b' AS q, 'c,d' AS comma, 'e' || CHR(10) || 'f' AS line, 'g' || CHR(9) || 'h' AS tab, CHR(27) || '[31m' AS esc, '日本' AS wide, '😀' AS picture, 'back\slash' AS back
        """;

    [Fact]
    public async Task Csv_has_a_header_and_tells_null_from_an_empty_string() => await Gives(EveryType, "csv", """
        b,t,s,i,l,f,d,m,st,ch,vc,dt,tm,ts3,ts6,bs,nan,inf,ninf,n,e,big
        TRUE,-128,-2,3,9223372036854775807,1.5,0.1,12.300,text,ab  ,ab,2026-01-02,01:02:03,2026-01-02 03:04:05.678,2026-01-02 03:04:05.123456,x'00ff',NaN,Infinity,-Infinity,,"",1.0E21

        """);

    [Fact]
    public async Task Json_has_numbers_as_numbers_bytes_as_base64_and_not_a_number_as_a_string() => await Gives(EveryType, "json", """
        [
        {"b":true,"t":-128,"s":-2,"i":3,"l":9223372036854775807,"f":1.5,"d":0.1,"m":12.300,"st":"text","ch":"ab  ","vc":"ab","dt":"2026-01-02","tm":"01:02:03","ts3":"2026-01-02 03:04:05.678","ts6":"2026-01-02 03:04:05.123456","bs":"AP8=","nan":"NaN","inf":"Infinity","ninf":"-Infinity","n":null,"e":"","big":1E+21}
        ]

        """);

    [Fact]
    public async Task A_change_shows_values_as_a_cast_to_string_does() => await Gives(EveryType, "changelog", """
        +I[TRUE, -128, -2, 3, 9223372036854775807, 1.5, 0.1, 12.300, text, ab  , ab, 2026-01-02, 01:02:03, 2026-01-02 03:04:05.678, 2026-01-02 03:04:05.123456, x'00ff', NaN, Infinity, -Infinity, NULL, , 1.0E21]

        """);

    [Fact]
    public async Task A_table_shows_types_and_puts_numbers_to_the_right() => await Gives(
        "SELECT * FROM (VALUES (CAST(12.30 AS DECIMAL(10, 3)), CAST(NULL AS STRING), x'00ff', DATE '2026-01-02'), (-1, '', x'', DATE '1969-12-31')) AS t(m, n, bs, dt)",
        "table",
        """
        ┌────────────────┬────────┬──────────────┬────────────┐
        │ m              │ n      │ bs           │ dt         │
        │ DECIMAL(13, 3) │ STRING │ VARBINARY(2) │ DATE       │
        ├────────────────┼────────┼──────────────┼────────────┤
        │         12.300 │ NULL   │ x'00ff'      │ 2026-01-02 │
        │         -1.000 │        │ x''          │ 1969-12-31 │
        └────────────────┴────────┴──────────────┴────────────┘
        2 rows

        """);

    /// <summary>A value of each nested type, with NULL inside.</summary>
    const string Nested = """
        SELECT ARRAY[1, NULL] AS a, MAP['k', DATE '2026-01-02', 'l', NULL] AS m, CAST((1.5, ARRAY['x"y'], NULL) AS ROW<p DECIMAL(3, 1), q ARRAY<STRING>, r BOOLEAN>) AS r,
          COLLECT(s) AS ms, CAST(NULL AS ARRAY<INT>) AS n, MAP[2, X'00ff'] AS b FROM (VALUES ('v'), ('w'), ('v')) AS t(s)
        """;

    [Fact]
    public async Task Json_has_nested_values_as_arrays_and_objects() => await Gives(Nested, "ndjson", """
        {"a":[1,null],"m":{"k":"2026-01-02","l":null},"r":{"p":1.5,"q":["x\"y"],"r":null},"ms":{"v":2,"w":1},"n":null,"b":{"2":"AP8="}}

        """);

    [Fact]
    public async Task Csv_has_nested_values_as_a_cast_to_string_writes_them() => await Gives(Nested, "csv", """
        a,m,r,ms,n,b
        "[1, NULL]","{k=2026-01-02, l=NULL}","(1.5, [x""y], NULL)","{v=2, w=1}",,{2=x'00ff'}

        """);

    [Fact]
    public async Task A_table_shows_nested_types() => await Gives(
        "SELECT ARRAY[1, 2] AS a, CAST((1, 'x') AS ROW<p INT, q STRING>) AS r", "table", """
        ┌─────────────────────┬──────────────────────────┐
        │ a                   │ r                        │
        │ ARRAY<INT NOT NULL> │ ROW<`p` INT, `q` STRING> │
        ├─────────────────────┼──────────────────────────┤
        │ [1, 2]              │ (1, x)                   │
        └─────────────────────┴──────────────────────────┘
        1 row

        """);

    [Fact]
    public async Task Csv_quotes_what_needs_it() => await Gives(OddText, "csv",
        "q,comma,line,tab,esc,wide,picture,back\n\"a\"\"b\",\"c,d\",\"e\nf\",g\th,\u001B[31m,日本,😀,back\\slash\n");

    [Fact]
    public async Task Lines_of_json_escape_what_needs_it() => await Gives(OddText, "ndjson", """
        {"q":"a\"b","comma":"c,d","line":"e\nf","tab":"g\th","esc":"\u001B[31m","wide":"日本","picture":"\uD83D\uDE00","back":"back\\slash"}

        """);

    [Fact]
    public async Task A_table_lets_no_control_character_through_and_counts_the_columns_of_a_terminal() => await Gives(OddText, "table", """
        ┌─────────┬─────────┬────────┬────────┬────────┬─────────┬─────────┬────────────┐
        │ q       │ comma   │ line   │ tab    │ esc    │ wide    │ picture │ back       │
        │ CHAR(3) │ CHAR(3) │ STRING │ STRING │ STRING │ CHAR(2) │ CHAR(1) │ CHAR(10)   │
        ├─────────┼─────────┼────────┼────────┼────────┼─────────┼─────────┼────────────┤
        │ a"b     │ c,d     │ e↵f    │ g h    │ ␛[31m  │ 日本    │ 😀      │ back\slash │
        └─────────┴─────────┴────────┴────────┴────────┴─────────┴─────────┴────────────┘
        1 row

        """);

    [Theory]
    [InlineData("x", "x", 59, " ")]
    [InlineData("é", "é", 59, " ")]
    [InlineData("日", "日", 29, "  ")]
    [InlineData("😀", "😀", 29, "  ")]
    public async Task A_table_cuts_long_text_between_characters(string character, string shown, int count, string padding) =>
        await Gives($"SELECT REPEAT('{character}', 80) AS long", "table", $"""
            ┌──────────────────────────────────────────────────────────────┐
            │ long                                                         │
            │ STRING                                                       │
            ├──────────────────────────────────────────────────────────────┤
            │ {string.Concat(Enumerable.Repeat(shown, count))}…{padding}│
            └──────────────────────────────────────────────────────────────┘
            1 row

            """);

    [Theory]
    [InlineData("table", "┌─────┐\n│ a   │\n│ INT │\n├─────┤\n└─────┘\n0 rows\n")]
    [InlineData("csv", "a\n")]
    [InlineData("json", "[]\n")]
    [InlineData("ndjson", "")]
    [InlineData("changelog", "")]
    public async Task A_result_without_rows_is_shown_as_one(string format, string expected) => await Gives("SELECT 1 AS a WHERE FALSE", format, expected);

    [Theory]
    [InlineData("table", "┌─────┐\n│ a   │\n│ INT │\n├─────┤\n│   1 │\n└─────┘\n1 row\n┌─────┐\n│ a   │\n│ INT │\n├─────┤\n│   2 │\n└─────┘\n1 row\n")]
    [InlineData("csv", "a\n1\na\n2\n")]
    [InlineData("json", "[\n{\"a\":1}\n]\n[\n{\"a\":2}\n]\n")]
    [InlineData("ndjson", "{\"a\":1}\n{\"a\":2}\n")]
    [InlineData("changelog", "+I[1]\n+I[2]\n")]
    public async Task Results_follow_each_other(string format, string expected) => await Gives("SELECT 1 AS a; SELECT 2 AS a;", format, expected);

    [Fact]
    public async Task Every_row_of_a_query_that_ends_at_once_is_shown()
    {
        var numbers = Enumerable.Range(0, 200).ToList();
        await Gives(string.Join(";", numbers.Select(n => $"SELECT {n} AS a")), "ndjson", string.Concat(numbers.Select(n => $"{{\"a\":{n}}}\n")));
    }

    [Fact]
    public async Task More_rows_than_a_table_shows_are_counted()
    {
        var result = await RunningProgram.RunAsync("-c", """
            CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '10001', 'rows-per-second' = '1000000');
            SELECT id FROM numbers;
            """);
        Assert.EndsWith("┘\n10001 rows (10000 shown; --output csv or ndjson gives all)\n", result.Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal(10_000 + 6, result.Output.Count(c => c == '\n'));
    }

    static async Task Gives(string query, string format, string expected)
    {
        var result = (await RunningProgram.RunAsync("-c", query, "--output", format)).Exits(0);
        Assert.Equal("", result.Error);
        Assert.Equal(expected.ReplaceLineEndings("\n"), result.Output);
    }
}
