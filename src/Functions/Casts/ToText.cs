using System.Diagnostics;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Writes values as text, into a span that is large enough.</summary>
interface ITextFormat<T>
{
    /// <summary>Returns the number of bytes written.</summary>
    int Write(T value, Span<byte> text);
}

/// <summary>Casts to CHAR and VARCHAR; values print as in Flink.</summary>
static class ToText
{
    const int BytesMax = 80;

    /// <summary>The kernel, or null where the type has no text.</summary>
    public static ScalarKernel? Kernel(SqlType from, StringType to) => from.Kind switch
    {
        SqlTypeKind.Boolean =>
            (context, arguments) => LaneKernels.RunText(context, arguments, to, new BoolText(arguments[0], to)),
        SqlTypeKind.TinyInt => Of<sbyte, IntegerFormat<sbyte>>(to, default),
        SqlTypeKind.SmallInt => Of<short, IntegerFormat<short>>(to, default),
        SqlTypeKind.Int => Of<int, IntegerFormat<int>>(to, default),
        SqlTypeKind.BigInt => Of<long, IntegerFormat<long>>(to, default),
        SqlTypeKind.Float => Of<float, FloatFormat>(to, default),
        SqlTypeKind.Double => Of<double, DoubleFormat>(to, default),
        SqlTypeKind.Decimal when from.Layout == ColumnLayout.Int64 =>
            Of<long, DecimalFormat<long>>(to, new(((DecimalType)from).Scale)),
        SqlTypeKind.Decimal => Of<Int128, DecimalFormat<Int128>>(to, new(((DecimalType)from).Scale)),
        SqlTypeKind.Date => Of<int, DateFormat>(to, default),
        SqlTypeKind.Time => Of<int, TimeFormat>(to, new(((TemporalType)from).Precision)),
        SqlTypeKind.Timestamp when from.Layout == ColumnLayout.Int128 => Of<Int128, NanosFormat>(to, new(((TemporalType)from).Precision)),
        SqlTypeKind.Timestamp => Of<long, TimestampFormat>(to, new(((TemporalType)from).Precision)),
        SqlTypeKind.IntervalYearMonth => Of<int, MonthsFormat>(to, default),
        SqlTypeKind.IntervalDaySecond => Of<long, DurationFormat>(to, default),
        SqlTypeKind.Char or SqlTypeKind.Varchar => (context, arguments) =>
            LaneKernels.RunText(context, arguments, to, new TextToText(arguments[0], to)),
        _ when ValueText.Of(from) is { } text => (context, arguments) =>
            LaneKernels.RunText(context, arguments, to, new AnyText(arguments[0], text, to, context.Session.TimeZone)),
        _ => null,
    };

    /// <summary>Appends a text cut to the length of VARCHAR(n), or cut and padded to that of CHAR(n).</summary>
    public static void Append(BytesColumnBuilder output, ReadOnlySpan<byte> text, StringType type)
    {
        if (type.Length >= text.Length && type.Kind == SqlTypeKind.Varchar)
        {
            output.Append(text);
            return;
        }
        var characters = Utf8.Count(text);
        if (characters > type.Length)
            text = text[..Utf8.Offset(text, type.Length)];
        var padding = type.Kind == SqlTypeKind.Char ? Math.Max(0, type.Length - characters) : 0;
        var target = output.Reserve(text.Length + padding);
        text.CopyTo(target);
        target[text.Length..].Fill((byte)' ');
        output.Commit(target.Length);
    }

    static ScalarKernel Of<T, TFormat>(StringType to, TFormat format)
        where T : unmanaged where TFormat : struct, ITextFormat<T> =>
        (context, arguments) =>
            LaneKernels.RunText(context, arguments, to, new FixedText<T, TFormat>(arguments[0], to, format));

    readonly ref struct FixedText<T, TFormat>(Column input, StringType type, TFormat format) : ITextLane
        where T : unmanaged where TFormat : struct, ITextFormat<T>
    {
        readonly FixedReader<T> _input = new(input);
        readonly StringType _type = type;
        readonly TFormat _format = format;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            if (_type.Length == SqlType.LengthMax)
            {
                output.Commit(_format.Write(_input[row], output.Reserve(BytesMax)));
                return true;
            }
            Span<byte> text = stackalloc byte[BytesMax];
            Append(output, text[.._format.Write(_input[row], text)], _type);
            return true;
        }

        public Core.Diagnostics.SqlException? Error(int row) => throw new UnreachableException();
    }

    // Instants and nested values.
    readonly ref struct AnyText(Column input, ValueText text, StringType type, TimeZoneInfo zone) : ITextLane
    {
        readonly Column _input = input;
        readonly ValueText _text = text;
        readonly StringType _type = type;
        readonly ValueTextTarget _target = new(zone);

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            _target.Text.Clear();
            _text.Write(_input, row, _target);
            Append(output, _target.Text.Written, _type);
            return true;
        }

        public Core.Diagnostics.SqlException? Error(int row) => throw new UnreachableException();
    }

    readonly ref struct TextToText(Column input, StringType type) : ITextLane
    {
        readonly BytesReader _input = new(input);
        readonly StringType _type = type;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            Append(output, _input[row], _type);
            return true;
        }

        public Core.Diagnostics.SqlException? Error(int row) => throw new UnreachableException();
    }

    readonly ref struct BoolText(Column input, StringType type) : ITextLane
    {
        readonly BoolColumn _input = (BoolColumn)input;
        readonly StringType _type = type;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            Append(output, _input[row] ? "TRUE"u8 : "FALSE"u8, _type);
            return true;
        }

        public Core.Diagnostics.SqlException? Error(int row) => throw new UnreachableException();
    }
}
