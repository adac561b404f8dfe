using System.Text;
using Google.Protobuf.Reflection;
using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using Kind = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace SqlStream.Connectors.Tests;

public sealed class ProtobufMessageContract : MessageContract, IDisposable
{
    readonly Descriptors _descriptors = new();
    readonly string _refusing;

    public ProtobufMessageContract() => _refusing = _descriptors.Write(
        Descriptors.Of(Table.Columns(("ok", SqlType.Int), ("c", SqlType.Int))));

    protected override string Name => "protobuf";

    static SqlType Int => SqlType.Int.WithNullability(false);

    protected override SqlType[] Types =>
    [
        SqlType.Boolean, SqlType.Int, SqlType.Int, SqlType.Int, SqlType.BigInt, SqlType.BigInt, SqlType.BigInt, SqlType.Decimal(20, 0),
        SqlType.Decimal(30, 0), SqlType.Float, SqlType.Double, SqlType.String, SqlType.Char(3), SqlType.Bytes,
        SqlType.Timestamp(3), SqlType.TimestampLtz(6), SqlType.Timestamp(9), Int,
        SqlType.Array(Int), SqlType.Array(SqlType.Double.WithNullability(false)), SqlType.Array(SqlType.String.WithNullability(false)),
        SqlType.Array(SqlType.Timestamp(9).WithNullability(false)),
        SqlType.Array(SqlType.Row(new Field("x", SqlType.Int), new Field("y", SqlType.String)).WithNullability(false)),
        SqlType.Map(SqlType.String.WithNullability(false), SqlType.BigInt.WithNullability(false)),
        SqlType.Map(Int, SqlType.Row(new Field("x", SqlType.Int)).WithNullability(false)),
        SqlType.Map(SqlType.Boolean.WithNullability(false), SqlType.Bytes.WithNullability(false)),
        SqlType.Row(new Field("a", SqlType.Int), new Field("b", SqlType.Row(new Field("a", SqlType.Bytes), new Field("t", SqlType.TimestampLtz(3))))),
    ];

    protected override SqlType[] RefusedTypes =>
    [
        SqlType.TinyInt, SqlType.Date, SqlType.Time(3), SqlType.String, SqlType.Float, SqlType.Decimal(20, 0), SqlType.IntervalDaySecond,
        SqlType.Timestamp(3), SqlType.Array(SqlType.Int), SqlType.Map(SqlType.String, SqlType.Int), SqlType.Multiset(SqlType.String),
        SqlType.Row(new Field("x", SqlType.Int)),
    ];

    protected override (string, string)[] Options => [("protobuf.descriptor-set", _refusing), ("protobuf.message-class-name", "t.M")];

    public void Dispose() => _descriptors.Dispose();

    protected override (IMessageFormat Format, MessageTable Messages) Open(Schema schema) => (Table.MessageFormat(Name), new MessageTable(Table.Of(
        schema, ("protobuf.descriptor-set", _descriptors.Write(Descriptors.Of(schema))), ("protobuf.message-class-name", "t.M"))));

    // No elements are no field, which is NULL.
    protected override object? Value(SqlType type, Random random) => RandomValues.Of(type, random) switch
    {
        null => null,
        ValueList<PlanEntry> { IsEmpty: true } => null,
        ValueList<object?> { IsEmpty: true } => null,
        _ when type is DecimalType => (Int128)(ulong)random.NextInt64(long.MinValue, long.MaxValue),
        var value => value,
    };
}

public sealed class ProtobufFormatTests : IDisposable
{
    static readonly Schema _columns = Table.Columns(
        ("a", SqlType.Int), ("b", SqlType.String), ("l", SqlType.Array(SqlType.Int)), ("e", SqlType.String),
        ("m", SqlType.Map(SqlType.String, SqlType.Int)), ("r", SqlType.Row(new Field("x", SqlType.Int), new Field("y", SqlType.Int))),
        ("u", SqlType.BigInt), ("w", SqlType.BigInt), ("t", SqlType.TimestampLtz(3)));

    readonly Descriptors _descriptors = new();

    public void Dispose() => _descriptors.Dispose();

    // By hand: a tag is the number times 8 plus the wire type, 0 for numbers, 2 for what has a length.
    [Theory]
    [InlineData("", "+I NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("0801", "+I 1 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("08ffffffffffffffffff01", "+I -1 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("08010802", "+I 2 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("120178" + "0801", "+I 1 | x | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("1801" + "0805" + "1802", "+I 5 | NULL | [1, 2] | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("1a020102" + "1803", "+I NULL | NULL | [1, 2, 3] | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("2801", "+I NULL | NULL | NULL | ONE | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("2801" + "2807", "+I NULL | NULL | NULL | ONE | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("32050a01781002" + "32050a01791003" + "32050a01781004", "+I NULL | NULL | NULL | NULL | {y=3, x=4} | NULL | NULL | NULL | NULL")]
    [InlineData("3200", "+I NULL | NULL | NULL | NULL | {=0} | NULL | NULL | NULL | NULL")]
    [InlineData("3a020801", "+I NULL | NULL | NULL | NULL | NULL | [1, NULL] | NULL | NULL | NULL")]
    [InlineData("3a020801" + "0805" + "3a0410020803", "+I 5 | NULL | NULL | NULL | NULL | [3, 2] | NULL | NULL | NULL")]
    [InlineData("3a00", "+I NULL | NULL | NULL | NULL | NULL | [NULL, NULL] | NULL | NULL | NULL")]
    [InlineData("40ffffffffffffffff7f", "+I NULL | NULL | NULL | NULL | NULL | NULL | 9223372036854775807 | NULL | NULL")]
    [InlineData("40ffffffffffffffffff01", "error: column \"u\" of type BIGINT cannot hold 18446744073709551615")]
    [InlineData("4a020807", "+I NULL | NULL | NULL | NULL | NULL | NULL | NULL | 7 | NULL")]
    [InlineData("4a00", "+I NULL | NULL | NULL | NULL | NULL | NULL | NULL | 0 | NULL")]
    [InlineData("5208" + "0801" + "108095f52a" + "00", "error: the message is cut off or malformed")]
    [InlineData("5206" + "0801" + "10c0843d", "+I NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | 1001000")]
    [InlineData("520b" + "08ffffffffffffffffff01", "+I NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL | -1000000")]
    [InlineData("5206" + "10ffffffff0f", "error: column \"t\" of type TIMESTAMP_LTZ(3) cannot hold 0 seconds and -1 nanoseconds")]
    [InlineData("9a0603010203" + "0801", "+I 1 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("9b06" + "0801" + "a306" + "a406" + "9c06" + "0802", "+I 2 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("9b06" + "0801", "error: the message is cut off or malformed")]
    [InlineData("9b06" + "a406", "error: the message is cut off or malformed")]
    [InlineData("0d01000000" + "0801", "+I 1 | NULL | NULL | NULL | NULL | NULL | NULL | NULL | NULL")]
    [InlineData("0f", "error: the message is cut off or malformed")]
    [InlineData("00", "error: the message is cut off or malformed")]
    [InlineData("08", "error: the message is cut off or malformed")]
    [InlineData("1202", "error: the message is cut off or malformed")]
    [InlineData("12ffffffffffffffffff01", "error: the message is cut off or malformed")]
    [InlineData("1201ff", "error: column \"b\": the string is not valid UTF-8")]
    public void Fields_come_in_any_order_and_number(string hex, string expected) =>
        Assert.Equal(expected, Messages.Decode("protobuf", Tables(), Convert.FromHexString(hex)));

    [Fact]
    public void Defaults_are_read_where_it_is_asked_for() => Assert.Equal(
        "+I 42 | a\"b | [] | ONE | {} | NULL | 0 | NULL | NULL",
        Messages.Decode("protobuf", Tables(("protobuf.read-default-values", "true")), []));

    [Fact]
    public void Without_presence_missing_is_the_default()
    {
        var file = new FileDescriptorProto
        {
            Name = "p.proto",
            Syntax = "proto3",
            EnumType = { new EnumDescriptorProto { Name = "E", Value = { new EnumValueDescriptorProto { Name = "ZERO", Number = 0 } } } },
            MessageType =
            {
                new DescriptorProto
                {
                    Name = "M",
                    Field =
                    {
                        Descriptors.Field("a", 1, Kind.Int32), Descriptors.Field("b", 2, Kind.String), Descriptors.Field("e", 3, Kind.Enum, typeName: ".E"),
                        new FieldDescriptorProto(Descriptors.Field("o", 4, Kind.Int32)) { Proto3Optional = true, OneofIndex = 0 },
                        Descriptors.Field("l", 5, Kind.Int32, Label.Repeated),
                    },
                    OneofDecl = { new OneofDescriptorProto { Name = "_o" } },
                },
            },
        };
        var table = Table.Of(
            Table.Columns(("a", SqlType.Int), ("b", SqlType.String), ("e", SqlType.String), ("o", SqlType.Int), ("l", SqlType.Array(SqlType.Int))),
            ("protobuf.descriptor-set", _descriptors.Write(file)), ("protobuf.message-class-name", "M"));
        var batch = Decoding.Batch(table, new ColumnPool(),
            [0, "", "ZERO", 0, (ValueList<object?>)[]], [1, "x", null, null, (ValueList<object?>)[1, 300]]);

        Assert.Equal("+I 0 |  | ZERO | NULL | NULL", Messages.Decode("protobuf", table, []));
        Assert.Equal("+I 0 |  | UNRECOGNIZED | NULL | NULL", Messages.Decode("protobuf", table, (byte[])[0x18, 9]));
        Assert.Equal(["2000", "0801" + "120178" + "2a0301ac02"], Messages.EncodeAll("protobuf", table, batch).Select(message => Convert.ToHexStringLower(message!)));
        batch.Release();
    }

    [Fact]
    public void Rows_are_written_in_the_order_of_the_fields()
    {
        var table = Tables(("protobuf.write-null-string-literal", "n"));
        var batch = Decoding.Batch(table, new ColumnPool(),
            [1, "x", (ValueList<object?>)[1, null], "ONE", (ValueList<PlanEntry>)[new("k", 2), new("z", null)], (ValueList<object?>)[3, null], 4L, 5L, 1_001_000L],
            [null, null, null, null, null, null, null, null, null]);

        var messages = Messages.EncodeAll("protobuf", table, batch).Select(message => Convert.ToHexStringLower(message!)).ToList();

        Assert.Equal("0801" + "120178" + "1801" + "1800" + "2801" + "32050a016b1002" + "32050a017a1000" + "3a020803" + "4004" + "4a020805" + "5206080110c0843d", messages[0]);
        Assert.Equal("", messages[1]);
        batch.Release();
    }

    [Theory]
    [InlineData("e", "TWO", SqlState.DataException, "column \"e\" holds \"TWO\", which is no value of enum t.E")]
    [InlineData("u", -1L, SqlState.NumericValueOutOfRange, "column \"u\" holds -1, which the field uint64 u = 8 cannot hold")]
    public void Values_that_do_not_fit_the_field_cannot_be_written(string column, object value, string state, string expected)
    {
        var table = Tables();
        var index = table.Schema.IndexOf(column);
        var batch = Decoding.Batch(table, new ColumnPool(), [[.. Enumerable.Range(0, table.Schema.Count).Select(i => i == index ? value : null)]]);

        var error = Assert.Throws<SqlException>(() => Messages.EncodeAll("protobuf", table, batch));

        Assert.Equal(state, error.SqlState);
        Assert.Equal(expected, error.Message);
        batch.Release();
    }

    [Fact]
    public void Malformed_messages_may_be_passed_over() =>
        Assert.Equal("", Messages.Decode("protobuf", Tables(("protobuf.ignore-parse-errors", "true")), (byte[])[8]));

    [Fact]
    public void A_missing_value_of_a_column_that_is_not_null_is_malformed() => Assert.Equal(
        "error: column \"a\" is NOT NULL and has no value",
        Messages.Decode("protobuf", Tables() with { Schema = Table.Columns(("a", SqlType.Int.WithNullability(false))) }, []));

    [Theory]
    [InlineData("protobuf.message-class-name", "t.N", SqlState.UndefinedObject, "message 't.N' does not exist")]
    [InlineData("protobuf.descriptor-set", "/nowhere/x.desc", SqlState.UndefinedFile, "file \"/nowhere/x.desc\" of option 'protobuf.descriptor-set' cannot be read")]
    [InlineData("protobuf.descriptor-set", "/etc/hostname", SqlState.InvalidParameterValue,
        "option 'protobuf.descriptor-set' must be a file that protoc --include_imports --descriptor_set_out wrote, not '/etc/hostname'")]
    public void Files_and_names_are_checked(string key, string value, string state, string expected)
    {
        var error = Assert.Throws<SqlException>(() => Messages.Decode("protobuf", Tables((key, value)), []));

        Assert.Equal(state, error.SqlState);
        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void A_column_that_is_no_field_is_refused_with_the_nearest_name()
    {
        var error = Assert.Throws<SqlException>(
            () => Messages.Decode("protobuf", Tables() with { Schema = Table.Columns(("A", SqlType.Int)) }, []));

        Assert.Equal("column \"A\" is no field of message t.M", error.Message);
        Assert.Equal("Did you mean \"a\"?", error.Diagnostics[0].Hint);
    }

    [Fact]
    public void Another_file_that_is_not_in_the_set_is_missed()
    {
        var file = File();
        file.MessageType[0].Field.Add(Descriptors.Field("x", 50, Kind.Message, typeName: ".other.X"));

        var error = Assert.Throws<SqlException>(() => Messages.Decode("protobuf", Tables(file), []));

        Assert.Equal("message other.X is not in the file; use --include_imports", error.Diagnostics[0].Hint);
    }

    [Theory]
    [InlineData("x", 50, "seven")]
    [InlineData("x", 50, "99999999999999999999")]
    [InlineData("x", 1, "7")]
    public void Descriptors_that_make_no_sense_are_refused(string name, int number, string value)
    {
        var file = File();
        file.MessageType[0].Field.Add(new FieldDescriptorProto(Descriptors.Field(name, number, Kind.Int32)) { DefaultValue = value });

        var error = Assert.Throws<SqlException>(() => Messages.Decode("protobuf", Tables(file), []));

        Assert.Equal(SqlState.InvalidParameterValue, error.SqlState);
    }

    [FactIfOracle("protoc")]
    public void Another_implementation_reads_and_writes_the_same()
    {
        const string proto = """
            syntax = "proto3";
            package o;
            import "google/protobuf/timestamp.proto";
            import "google/protobuf/wrappers.proto";
            message M {
              enum E { ZERO = 0; ONE = 1; MINUS = -1; }
              message N { sint32 x = 1; repeated string s = 2; }
              double d = 1; float f = 2; int32 i = 3; int64 l = 4; uint32 ui = 5; uint64 ul = 6; sint32 si = 7; sint64 sl = 8;
              fixed32 fi = 9; fixed64 fl = 10; sfixed32 sfi = 11; sfixed64 sfl = 12; bool b = 13; string s = 14; bytes by = 15;
              E e = 16; N n = 17; repeated sint64 packed = 18; repeated int32 loose = 19 [packed = false]; repeated N ns = 20;
              map<int32, N> m = 21; google.protobuf.Timestamp ts = 22; google.protobuf.StringValue w = 23;
              oneof choice { string p = 24; int32 q = 25; }
              optional int32 o = 1000;
            }
            """;
        const string text = """
            d: -1.5
            f: 0.25
            i: -2147483648
            l: -9223372036854775808
            ui: 4294967295
            ul: 18446744073709551615
            si: -2147483648
            sl: -9223372036854775808
            fi: 4294967295
            fl: 18446744073709551615
            sfi: -1
            sfl: -1
            b: true
            s: "x"
            by: "\000\377"
            e: MINUS
            n {
              x: -7
              s: "a"
              s: ""
            }
            packed: 1
            packed: -300
            loose: 1
            loose: 0
            ns {
              x: 1
            }
            ns {
            }
            m {
              key: -1
              value {
                x: 2
              }
            }
            ts {
              seconds: -1
              nanos: 999000000
            }
            w {
              value: "w"
            }
            q: 0
            o: 0

            """;
        var source = _descriptors.NewFile("proto");
        var set = _descriptors.NewFile("desc");
        System.IO.File.WriteAllText(source, proto);
        Oracle.Run("protoc", [], $"-I{Path.GetDirectoryName(source)}", $"--descriptor_set_in={_descriptors.Write()}", "--include_imports", $"--descriptor_set_out={set}", source);
        var nested = SqlType.Row(new Field("x", SqlType.Int), new Field("s", SqlType.Array(SqlType.String)));
        var wide = SqlType.Decimal(20, 0);
        var table = Table.Of(
            Table.Columns(
                ("o", SqlType.Int), ("d", SqlType.Double), ("f", SqlType.Float), ("i", SqlType.Int), ("l", SqlType.BigInt), ("ui", SqlType.BigInt), ("ul", wide),
                ("si", SqlType.Int), ("sl", SqlType.BigInt), ("fi", SqlType.BigInt), ("fl", wide), ("sfi", SqlType.Int), ("sfl", SqlType.BigInt),
                ("b", SqlType.Boolean), ("s", SqlType.String), ("by", SqlType.Bytes), ("e", SqlType.String), ("n", nested),
                ("packed", SqlType.Array(SqlType.BigInt)), ("loose", SqlType.Array(SqlType.Int)), ("ns", SqlType.Array(nested)),
                ("m", SqlType.Map(SqlType.Int, nested)), ("ts", SqlType.TimestampLtz(3)), ("w", SqlType.String), ("p", SqlType.String), ("q", SqlType.Int)),
            ("protobuf.descriptor-set", set), ("protobuf.message-class-name", "o.M"));
        var row = new object?[]
        {
            0, -1.5, 0.25f, int.MinValue, long.MinValue, 4294967295L, (Int128)ulong.MaxValue, int.MinValue, long.MinValue, 4294967295L, (Int128)ulong.MaxValue,
            -1, -1L, true, "x", (ValueList<byte>)[0, 255], "MINUS", (ValueList<object?>)[-7, (ValueList<object?>)["a", ""]],
            (ValueList<object?>)[1L, -300L], (ValueList<object?>)[1, 0],
            (ValueList<object?>)[(ValueList<object?>)[1, null], (ValueList<object?>)[0, null]],
            (ValueList<PlanEntry>)[new(-1, (ValueList<object?>)[2, null])], -1000L, "w", null, 0,
        };
        var batch = Decoding.Batch(table, new ColumnPool(), row);
        var theirs = Oracle.Run("protoc", Encoding.UTF8.GetBytes(text), $"--descriptor_set_in={set}", "--encode=o.M");
        var ours = Messages.EncodeAll("protobuf", table, batch).Single()!;

        Assert.Equal(string.Join("\n", Rows.Text(batch)), Messages.Decode("protobuf", table, theirs));
        Assert.Equal(Convert.ToHexStringLower(theirs), Convert.ToHexStringLower(ours));
        Assert.Equal(text, Encoding.UTF8.GetString(Oracle.Run("protoc", ours, $"--descriptor_set_in={set}", "--decode=o.M")));
        batch.Release();
    }

    static FileDescriptorProto File() => new()
    {
        Name = "t.proto",
        Package = "t",
        EnumType =
        {
            new EnumDescriptorProto
            {
                Name = "E",
                Value = { new EnumValueDescriptorProto { Name = "ONE", Number = 1 }, new EnumValueDescriptorProto { Name = "ZERO", Number = 0 } },
            },
        },
        MessageType =
        {
            new DescriptorProto
            {
                Name = "M",
                Field =
                {
                    new FieldDescriptorProto(Descriptors.Field("a", 1, Kind.Int32)) { DefaultValue = "42" },
                    new FieldDescriptorProto(Descriptors.Field("b", 2, Kind.String)) { DefaultValue = "a\"b" },
                    Descriptors.Field("l", 3, Kind.Int32, Label.Repeated),
                    Descriptors.Field("e", 5, Kind.Enum, typeName: ".t.E"),
                    Descriptors.Field("m", 6, Kind.Message, Label.Repeated, ".t.M.MEntry"),
                    Descriptors.Field("r", 7, Kind.Message, typeName: ".t.M.R"),
                    Descriptors.Field("u", 8, Kind.Uint64),
                    Descriptors.Field("w", 9, Kind.Message, typeName: ".google.protobuf.Int64Value"),
                    Descriptors.Field("t", 10, Kind.Message, typeName: ".google.protobuf.Timestamp"),
                },
                NestedType =
                {
                    Descriptors.Entry("MEntry", Descriptors.Field("key", 1, Kind.String), Descriptors.Field("value", 2, Kind.Int32)),
                    new DescriptorProto { Name = "R", Field = { Descriptors.Field("x", 1, Kind.Int32), Descriptors.Field("y", 2, Kind.Int32) } },
                },
            },
        },
    };

    ConnectorTable Tables(params (string, string)[] options) => Tables(File(), options);

    ConnectorTable Tables(FileDescriptorProto file, params (string, string)[] options) => Table.Of(
        _columns, [("protobuf.descriptor-set", _descriptors.Write(file)), ("protobuf.message-class-name", "t.M"), .. options]);
}
