using SqlStream.Connectors.BlackHole;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.Tests;

public sealed class PrintTests
{
    static readonly Schema _schema = Table.Columns(("a", SqlType.Int), ("b", SqlType.String));

    [Theory]
    [InlineData(null, 1, 0, "")]
    [InlineData("id", 1, 0, "id> ")]
    [InlineData(null, 2, 0, "1> ")]
    [InlineData("id", 3, 2, "id:3> ")]
    public void Lines_carry_identifier_and_subtask(string? identifier, int parallelism, int subtask, string prefix)
    {
        var table = Table.Of(_schema, [("connector", "print"), .. identifier is null ? Array.Empty<(string, string)>()
            : [("print-identifier", identifier)]]);

        Assert.Equal($"{prefix}+I[1, é]\n{prefix}+I[null, null]\n",
            Print(table, parallelism, subtask, [1, "é"], [null, null]).Output);
    }

    [Fact]
    public void Lines_go_to_the_standard_error_if_wanted()
    {
        var printed = Print(Table.Of(_schema, ("connector", "print"), ("standard-error", "true")), 1, 0, [1, "x"]);

        Assert.Equal(("", "+I[1, x]\n"), printed);
    }

    [Fact]
    public void Every_kind_of_change_is_shown_and_unselected_rows_are_not()
    {
        var table = Table.Of(_schema, ("connector", "print"));
        var pool = new ColumnPool(poison: true);
        using var builder = new BatchBuilder(_schema, pool);
        foreach (var kind in Enum.GetValues<RowKind>())
        {
            PlanValue.Append(builder[0], (int)kind);
            PlanValue.Append(builder[1], "x");
            builder.EndRow(kind);
        }
        var batch = builder.Build();
        var selection = pool.Rent(12);
        new[] { 0, 1, 3 }.AsSpan().CopyTo(
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(selection.AsSpan()));
        var selected = batch.WithSelection(selection, 3);
        var output = new StringWriter();
        using (var writer = Table.Sink(table).CreateWriter(new SinkWriterContext(0, 1, output, TextWriter.Null)))
        {
            writer.Write(batch);
            writer.Write(selected);
            writer.Flush();
        }
        batch.Release();
        selected.Release();

        Assert.Equal("+I[0, x]\n-U[1, x]\n+U[2, x]\n-D[3, x]\n+I[0, x]\n-U[1, x]\n-D[3, x]\n", output.ToString());
        Assert.Equal(0, pool.Outstanding);
    }

    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.00099, "9.9E-4")]
    [InlineData(9999999.0, "9999999.0")]
    [InlineData(1e7, "1.0E7")]
    [InlineData(-1.25e300, "-1.25E300")]
    [InlineData(123456.789, "123456.789")]
    [InlineData(100.0, "100.0")]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(2.5e-320, "2.5E-320")]
    public void Doubles_are_shown_as_java_shows_them(double value, string text) =>
        Assert.Equal($"+I[{text}]\n", PrintValue(SqlType.Double, value));

    public static TheoryData<SqlType, object, string> Values => new()
    {
        { SqlType.Float, 1.1f, "1.1" },
        { SqlType.Boolean, true, "true" },
        { SqlType.Decimal(5, 2), -150L, "-1.50" },
        { SqlType.Decimal(10, 7), 1L, "1E-7" },
        { SqlType.Decimal(10, 7), -12L, "-0.0000012" },
        { SqlType.Decimal(10, 9), -12L, "-1.2E-8" },
        { SqlType.Decimal(38, 0), Int128.MaxValue / 2, "85070591730234615865843651857942052863" },
        { SqlType.Date, 19782, "2024-02-29" },
        { SqlType.Time(0), 36_000_000, "10:00" },
        { SqlType.Time(3), 36_000_001, "10:00:00.001" },
        { SqlType.Timestamp(3), 0L, "1970-01-01T00:00" },
        { SqlType.Timestamp(3), 1_000_000L, "1970-01-01T00:00:01" },
        { SqlType.Timestamp(3), -1_000L, "1969-12-31T23:59:59.999" },
        { SqlType.Timestamp(6), 1L, "1970-01-01T00:00:00.000001" },
        { SqlType.TimestampLtz(3), 0L, "1970-01-01T00:00:00Z" },
        { SqlType.Bytes, ValueList.Create<byte>([1, 255]), "[1, -1]" },
        { SqlType.Timestamp(9), (Int128)1, "1970-01-01T00:00:00.000000001" },
        { SqlType.TimestampLtz(9), (Int128)(-1), "1969-12-31T23:59:59.999999999Z" },
        { SqlType.IntervalYearMonth, 14, "P1Y2M" },
        { SqlType.IntervalYearMonth, 0, "P0D" },
        { SqlType.IntervalDaySecond, 93_784_500_000L, "PT26H3M4.5S" },
        { SqlType.IntervalDaySecond, -1_000L, "PT-0.001S" },
        { SqlType.Array(SqlType.Double), (ValueList<object?>)[1d, null], "[1.0, null]" },
        { SqlType.Map(SqlType.String, SqlType.Int), (ValueList<PlanEntry>)[new("a", 1), new("b", null)], "{a=1, b=null}" },
        { SqlType.Multiset(SqlType.String), (ValueList<PlanEntry>)[new("a", 2)], "{a=2}" },
        { SqlType.Row(new Field("x", SqlType.Int), new Field("y", SqlType.Array(SqlType.String))), (ValueList<object?>)[1, (ValueList<object?>)["q"]], "+I[1, [q]]" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Values_are_shown_as_java_shows_them(SqlType type, object value, string text) =>
        Assert.Equal($"+I[{text}]\n", PrintValue(type, value));

    [Fact]
    public void A_blackhole_counts_and_keeps_nothing()
    {
        var batch = Decoding.Batch(Table.Of(_schema), new ColumnPool(), [1, "x"], [2, "y"]);
        var sink = Table.Sink(Table.Of(_schema, ("connector", "blackhole")));
        using var writer = Assert.IsType<BlackHoleWriter>(
            sink.CreateWriter(new SinkWriterContext(0, 1, TextWriter.Null, TextWriter.Null)));

        writer.Write(batch);
        writer.Write(batch);

        Assert.Equal(4, writer.Rows);
        Assert.Equal(DeliveryGuarantee.None, sink.Delivery);
        batch.Release();
    }

    [Theory]
    [InlineData("print")]
    [InlineData("blackhole")]
    public void Sinks_refuse_options_that_do_not_exist(string connector) =>
        Assert.Equal(SqlState.UndefinedObject, Assert.Throws<SqlException>(() =>
            Table.Sink(Table.Of(_schema, ("connector", connector), ("x", "y")))).SqlState);

    static string PrintValue(SqlType type, object value) =>
        Print(Table.Of(Table.Columns(("c", type)), ("connector", "print")), 1, 0, [value]).Output;

    static (string Output, string Error) Print(
        ConnectorTable table, int parallelism, int subtask, params object?[][] rows)
    {
        var batch = Decoding.Batch(table, new ColumnPool(), rows);
        var (output, error) = (new StringWriter(), new StringWriter());
        using (var writer = Table.Sink(table).CreateWriter(new SinkWriterContext(subtask, parallelism, output, error)))
        {
            writer.Write(batch);
            writer.Flush();
        }
        batch.Release();
        return (output.ToString(), error.ToString());
    }
}
