using System.Globalization;
using System.Text;
using SqlStream.Connectors.Formats;
using SqlStream.Connectors.Postgres;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Testing;

namespace SqlStream.Connectors.Tests.Postgres;

/// <summary>Strategy: write values through COPY and let the server print them; its text is the oracle.</summary>
[Collection(PostgresFixture.Name)]
public sealed class PostgresTypeTests(PostgresServer server)
{
    readonly string _name = PostgresTables.NewName("typed");

    static readonly Int128 _largest = Int128.Parse("99999999999999999999999999999999999999", CultureInfo.InvariantCulture);

    static ValueList<object?> List(params object?[] values) => ValueList.Create<object?>(values);

    IReadOnlyList<string> Written(Schema schema, params object?[][] rows)
    {
        var table = PostgresTables.Of(server, _name, schema, [], ("auto-create", "true"));
        new PostgresShipperRun(table, [[new PostgresSegment(table, 1, 0, [.. rows.Select(row => (RowKind.Insert, row))])]]).Attempt();
        return server.Query($"SELECT {string.Join(", ", schema.Fields.Select(field => $"{PostgresName.Quote(field.Name)}::text"))} FROM {_name}");
    }

    [FactIfPostgres]
    public void Values_of_every_type_arrive_as_they_are()
    {
        var schema = Table.Columns(
            ("b", SqlType.Boolean), ("i1", SqlType.TinyInt), ("i2", SqlType.SmallInt), ("i4", SqlType.Int), ("i8", SqlType.BigInt), ("f4", SqlType.Float), ("f8", SqlType.Double),
            ("d9", SqlType.Decimal(9, 2)), ("d38", SqlType.Decimal(38, 10)), ("c", SqlType.Char(3)), ("v", SqlType.Varchar(5)), ("s", SqlType.String), ("y", SqlType.Bytes),
            ("d", SqlType.Date), ("t", SqlType.Time(3)), ("ts", SqlType.Timestamp(6)), ("tn", SqlType.Timestamp(9)), ("tz", SqlType.TimestampLtz(3)), ("Mixed Case", SqlType.Int),
            ("ai", SqlType.Array(SqlType.Int)), ("as", SqlType.Array(SqlType.String)), ("ad", SqlType.Array(SqlType.Decimal(20, 3))));

        var rows = Written(
            schema,
            [true, (sbyte)-128, (short)-32768, int.MinValue, long.MinValue, 1.5f, 0.1, 123456789L, -_largest, "abc", "grüße", "x\ty", ValueList.Create<byte>([0, 255, 7]),
                -1, 86_399_999, 1L, (Int128)(-1), 0L, 7, List(1, null, -3), List("a", "", null, "ü\"{}"), List((Int128)1500, null)],
            [false, (sbyte)127, (short)1, int.MaxValue, long.MaxValue, float.NaN, double.NegativeInfinity, -1L, (Int128)0, "", "", "", ValueList.Create<byte>([]),
                0, 0, -62_135_596_800_000_000L, (Int128)1_500, 253_402_300_799_000_000L, 8, List(), List(), null],
            [null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null]);

        Assert.Equal(
            [
                "true|-128|-32768|-2147483648|-9223372036854775808|1.5|0.1|1234567.89|-9999999999999999999999999999.9999999999|abc|grüße|x\ty|\\x00ff07|1969-12-31|23:59:59.999|1970-01-01 00:00:00.000001|1969-12-31 23:59:59.999999|1970-01-01 00:00:00+00|7|{1,NULL,-3}|{a,\"\",NULL,\"ü\\\"{}\"}|{1.500,NULL}",
                "false|127|1|2147483647|9223372036854775807|NaN|-Infinity|-0.01|0.0000000000||||\\x|1970-01-01|00:00:00|0001-01-01 00:00:00|1970-01-01 00:00:00.000001|9999-12-31 23:59:59+00|8|{}|{}|",
                "|||||||||||||||||||||",
            ],
            rows);
    }

    [FactIfPostgres]
    public void Numbers_of_any_precision_and_scale_are_what_the_server_reads_in_their_text()
    {
        var random = new Random(20260301);
        for (var scale = 0; scale <= 38; scale += scale < 9 ? 1 : 7)
        {
            var values = Enumerable.Range(0, 60).Select(i => i == 0 ? _largest : i == 1 ? Int128.One : i == 2 ? -(Int128)10_000 : RandomNumber(random)).ToArray();
            var name = PostgresTables.NewName("numbers");
            var table = PostgresTables.Of(server, name, Table.Columns(("n", SqlType.Decimal(38, scale))), [], ("auto-create", "true"));
            new PostgresShipperRun(table, [[new PostgresSegment(table, 1, 0, [.. values.Select(value => (RowKind.Insert, new object?[] { value }))])]]).Attempt();

            Assert.Equal(values.Select(value => Text(value, scale)), server.Query($"SELECT n::text FROM {name}"));
        }
    }

    [Fact]
    public void Numbers_are_read_as_they_were_written()
    {
        var random = new Random(20260302);
        Span<byte> bytes = stackalloc byte[PostgresNumeric.BytesMax];
        for (var i = 0; i < 20_000; i++)
        {
            var (value, scale) = (RandomNumber(random), random.Next(39));
            var length = PostgresNumeric.Write(value, scale, bytes);
            Assert.True(PostgresNumeric.TryRead(bytes[..length], 38, scale, out var read));
            Assert.Equal(value, read);
            // With fewer places it is rounded half away from zero.
            var places = random.Next(scale + 1);
            var unit = (Int128)Math.Pow(10, Math.Min(15, scale - places));
            if (scale - places > 15)
                continue;
            var rounded = ((Int128.Abs(value) / (unit == 1 ? 1 : unit / 10)) + (unit == 1 ? 0 : 5)) / (unit == 1 ? 1 : 10);
            Assert.True(PostgresNumeric.TryRead(bytes[..length], 38, places, out var few));
            Assert.Equal(value < 0 ? -rounded : rounded, few);
        }
        Assert.False(PostgresNumeric.TryRead(bytes[..PostgresNumeric.Write(1000, 0, bytes)], 3, 0, out _));
    }

    [FactIfPostgres]
    public void Texts_become_what_the_column_holds_where_that_is_safe()
    {
        server.Execute($"""
            CREATE TYPE {_name}_mood AS ENUM ('sad', 'glad'); CREATE DOMAIN {_name}_short AS varchar(3);
            CREATE TABLE {_name} (u uuid, j jsonb, k json, n numeric, e {_name}_mood, d {_name}_short, x xml, us uuid[], ns numeric[], big bigint, num numeric(20, 2), dbl double precision)
            """);
        var schema = Table.Columns(
            ("u", SqlType.String), ("j", SqlType.String), ("k", SqlType.Varchar(90)), ("n", SqlType.String), ("e", SqlType.String), ("d", SqlType.String), ("x", SqlType.String),
            ("us", SqlType.Array(SqlType.String)), ("ns", SqlType.Array(SqlType.String)), ("big", SqlType.SmallInt), ("num", SqlType.BigInt), ("dbl", SqlType.Float));

        var rows = Written(
            schema,
            ["{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "{\"a\": 1}", "{\"a\" : 1}", " -12345678901234567890123456789012345678901234567890.000120 ", "glad", "abc", "<a/>",
                List("a0eebc999c0b4ef8bb6d6bb9bd380a11", null), List("1e3", "-0.05", "NaN", "0"), (short)-5, -1_000_000_007L, 0.5f]);

        Assert.Equal(
            ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{\"a\": 1}|{\"a\" : 1}|-12345678901234567890123456789012345678901234567890.000120|glad|abc|<a/>|{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}|{1000,-0.05,NaN,0}|-5|-1000000007.00|0.5"],
            rows);
    }

    [TheoryIfPostgres]
    [InlineData("u", "nonsense", "22018")]
    [InlineData("j", "{", "22P02")]
    [InlineData("n", "1.2.3", "22018")]
    [InlineData("e", "angry", "22P02")]
    public void A_text_that_is_no_value_is_refused(string column, string text, string code)
    {
        var type = column switch { "u" => "uuid", "j" => "jsonb", "n" => "numeric", _ => _name + "_mood" };
        server.Execute($"CREATE TYPE {_name}_mood AS ENUM ('sad'); CREATE TABLE {_name} ({column} {type})");

        var error = Assert.Throws<SqlException>(() => Written(Table.Columns((column, SqlType.String)), [text]));

        Assert.Equal(code, error.SqlState);
    }

    [TheoryIfPostgres]
    [InlineData("1.5", "1.500")]
    [InlineData("-0.00", "0")]
    [InlineData("12300", "123e2")]
    [InlineData("0.00120", "1.2e-3")]
    [InlineData("100000000", "100000000.0000")]
    [InlineData("nan", "NaN")]
    public void Keys_that_the_column_takes_for_one_are_one(string n, string same)
    {
        server.Execute($"CREATE TABLE {_name} (u uuid, c char(4), f double precision, n numeric, v int, PRIMARY KEY (u, c, f, n))");
        var schema = Table.Columns(("u", SqlType.String), ("c", SqlType.String), ("f", SqlType.Double), ("n", SqlType.String), ("v", SqlType.Int));
        var table = PostgresTables.Of(server, _name, schema, [0, 1, 2, 3]);
        object?[] first = ["A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a", 0d, n, 1], second = ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "a  ", -0d, same, 2];

        new PostgresShipperRun(table, [[new PostgresSegment(table, 1, 0, [(RowKind.Insert, first), (RowKind.UpdateAfter, second)])]]).Attempt();

        Assert.Equal(["2"], server.Query($"SELECT v FROM {_name}"));
        new PostgresShipperRun(PostgresTables.Of(server, _name, schema, [0, 1, 2, 3], ("sink.epochs-table", "other_epochs")),
            [[new PostgresSegment(table, 1, 0, [(RowKind.Delete, first)])]]).Attempt();
        Assert.Empty(server.Query($"SELECT v FROM {_name}"));
    }

    static Int128 RandomNumber(Random random)
    {
        Span<byte> digits = stackalloc byte[1 + random.Next(38)];
        for (var i = 0; i < digits.Length; i++)
            digits[i] = (byte)('0' + (random.Next(3) == 0 ? 0 : random.Next(10)));
        var value = Int128.Parse(digits, CultureInfo.InvariantCulture);
        return random.Next(2) == 0 ? value : -value;
    }

    static string Text(Int128 value, int scale)
    {
        Span<byte> text = stackalloc byte[48];
        return Encoding.UTF8.GetString(text[..DecimalText.Format(value, scale, text)]);
    }
}
