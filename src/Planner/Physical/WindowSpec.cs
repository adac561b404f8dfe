using SqlStream.Core.Types;
using SqlStream.Planner.Expressions;

namespace SqlStream.Planner.Physical;

/// <summary>How times are assigned to windows. A closed family.</summary>
/// <param name="TimeColumn">The rowtime column of the input.</param>
public abstract record WindowSpec(int TimeColumn)
{
    /// <summary><c>tumble 10s on ts</c>.</summary>
    public abstract string Describe(Schema input);

    /// <summary>The same windows over another column.</summary>
    public WindowSpec WithTimeColumn(int column) => this with { TimeColumn = column };
}

/// <summary>Windows of one size, side by side: a time t is in the window that begins at
/// <c>t - floorMod(t - OffsetMicros, SizeMicros)</c>.</summary>
/// <param name="TimeColumn">The rowtime column of the input.</param>
/// <param name="SizeMicros">Size in microseconds, positive.</param>
/// <param name="OffsetMicros">Shift of all windows in microseconds, from 0 to less than the size.</param>
public sealed record TumbleSpec(int TimeColumn, long SizeMicros, long OffsetMicros) : WindowSpec(TimeColumn)
{
    /// <inheritdoc/>
    public override string Describe(Schema input)
    {
        var text = $"tumble {LiteralText.Duration(SizeMicros)} on {input[TimeColumn].Name}";
        return OffsetMicros == 0 ? text : $"{text} offset {LiteralText.Duration(OffsetMicros)}";
    }
}

/// <summary>A column that tells of the window.</summary>
/// <param name="Kind">What it tells.</param>
/// <param name="Name">The name of the output column.</param>
/// <param name="Type">Its type, NOT NULL.</param>
public sealed record WindowProperty(WindowPropertyKind Kind, string Name, SqlType Type);

/// <summary>What a <see cref="WindowProperty"/> tells.</summary>
public enum WindowPropertyKind
{
    /// <summary>The beginning, which belongs to the window.</summary>
    Start,

    /// <summary>The end, which does not.</summary>
    End,

    /// <summary>The end less one millisecond: a rowtime of the output.</summary>
    Time,
}
