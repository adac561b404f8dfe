using System.Diagnostics.CodeAnalysis;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>A zone of a call: constant and found once, or by row and found where it changes.</summary>
struct TimeZoneArgument
{
    readonly int _index;
    readonly TimeZoneInfo? _constant;
    byte[]? _name;
    Zone _zone;
    bool _isKnown;

    TimeZoneArgument(int index, TimeZoneInfo? constant)
    {
        _index = index;
        _constant = constant;
        _isKnown = constant is not null;
        _zone = constant is null ? default : new Zone(constant);
    }

    /// <summary>The argument at a place; UTC where it is left out. Throws where a constant is no zone.</summary>
    public static TimeZoneArgument Of(ReadOnlySpan<ArgumentInfo> arguments, int index) => new(
        index,
        index >= arguments.Length ? TimeZoneInfo.Utc
        : arguments[index].Value is string name ? TimeZones.Find(name) ?? throw FunctionErrors.UndefinedTimeZone(arguments[index].Span, name)
        : null);

    /// <summary>The zone of a row.</summary>
    [UnscopedRef]
    public ref Zone At(ReadOnlySpan<Column> columns, int row)
    {
        if (_constant is not null)
            return ref _zone;
        var name = columns.Text(_index, row);
        if (!_isKnown || !name.SequenceEqual(_name))
        {
            var text = Encoding.UTF8.GetString(name);
            _zone = new Zone(TimeZones.Find(text) ?? throw FunctionErrors.UndefinedTimeZone(SourceSpan.None, text));
            _name = name.ToArray();
            _isKnown = true;
        }
        return ref _zone;
    }
}
