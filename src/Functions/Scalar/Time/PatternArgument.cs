using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>The pattern of a call: constant and compiled once, or by row and compiled where it changes.</summary>
struct PatternArgument
{
    readonly DatePattern? _constant;
    string? _text;
    DatePattern? _last;

    PatternArgument(DatePattern? constant) => _constant = constant;

    /// <summary>The pattern where it is constant.</summary>
    public readonly DatePattern? Constant => _constant;

    /// <summary>The argument at a place; the default pattern where it is left out. Throws where a constant pattern is
    /// not understood.</summary>
    public static PatternArgument Of(ReadOnlySpan<ArgumentInfo> arguments, int index) => new(
        arguments.Length <= index ? DatePattern.Default
        : arguments[index].Value is string text ? DatePattern.Parse(text, arguments[index].Span)
        : null);

    /// <summary>The pattern of a row.</summary>
    public DatePattern At(ReadOnlySpan<Column> columns, int index, int row)
    {
        if (_constant is not null)
            return _constant;
        var bytes = columns.Text(index, row);
        if (_last is null || !IsSame(bytes, _text!))
        {
            _text = Encoding.UTF8.GetString(bytes);
            _last = DatePattern.Parse(_text, SourceSpan.None);
        }
        return _last;
    }

    static bool IsSame(ReadOnlySpan<byte> bytes, string text) =>
        bytes.Length == text.Length ? Ascii.Equals(bytes, text) : Encoding.UTF8.GetByteCount(text) == bytes.Length && Encoding.UTF8.GetString(bytes) == text;
}
