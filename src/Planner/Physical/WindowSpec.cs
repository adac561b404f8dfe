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

    /// <summary>A time is in one window at most, so that windows are a function of the time of a row.</summary>
    public abstract bool IsRowWise { get; }

    /// <summary><c>tumble(10000000, 0, ts)</c>: what tells one assignment from another in state signatures.</summary>
    /// <param name="time">The lineage of the time column.</param>
    public abstract string Signature(string time);

    private protected static string Text(string kind, long first, long second, long offsetMicros, string column)
    {
        var text = $"{kind} {LiteralText.Duration(first)} of {LiteralText.Duration(second)} on {column}";
        return offsetMicros == 0 ? text : $"{text} offset {LiteralText.Duration(offsetMicros)}";
    }
}

/// <summary>Windows of one size, side by side: a time t is in the window that begins at
/// <c>t - floorMod(t - OffsetMicros, SizeMicros)</c>.</summary>
/// <param name="TimeColumn">The rowtime column of the input.</param>
/// <param name="SizeMicros">Size in microseconds, positive.</param>
/// <param name="OffsetMicros">Shift of all windows in microseconds, from 0 to less than the size.</param>
public sealed record TumbleSpec(int TimeColumn, long SizeMicros, long OffsetMicros) : WindowSpec(TimeColumn)
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <inheritdoc/>
    public override string Signature(string time) => $"tumble({SizeMicros}, {OffsetMicros}, {time})";

    /// <inheritdoc/>
    public override string Describe(Schema input)
    {
        var text = $"tumble {LiteralText.Duration(SizeMicros)} on {input[TimeColumn].Name}";
        return OffsetMicros == 0 ? text : $"{text} offset {LiteralText.Duration(OffsetMicros)}";
    }
}

/// <summary>Windows of one size, one beginning every slide: a time is in every window that holds it, in none if it falls between
/// windows (slide longer than size). Windows end at times t with <c>floorMod(t - OffsetMicros, SlideMicros) = 0</c>, shifted by the
/// size, so that they begin at multiples of the slide.</summary>
/// <param name="TimeColumn">The rowtime column of the input.</param>
/// <param name="SlideMicros">Time from the beginning of a window to that of the next one in microseconds, positive.</param>
/// <param name="SizeMicros">Size in microseconds, positive.</param>
/// <param name="OffsetMicros">Shift of all windows in microseconds, from 0 to less than the slide.</param>
public sealed record HopSpec(int TimeColumn, long SlideMicros, long SizeMicros, long OffsetMicros) : WindowSpec(TimeColumn)
{
    /// <inheritdoc/>
    public override bool IsRowWise => false;

    /// <inheritdoc/>
    public override string Signature(string time) => $"hop({SlideMicros}, {SizeMicros}, {OffsetMicros}, {time})";

    /// <inheritdoc/>
    public override string Describe(Schema input) => Text("hop", SlideMicros, SizeMicros, OffsetMicros, input[TimeColumn].Name);
}

/// <summary>Windows side by side as those of TUMBLE, each of which is told several times while it fills: after every step, and at its
/// end.</summary>
/// <param name="TimeColumn">The rowtime column of the input.</param>
/// <param name="StepMicros">Time after which a window is told again in microseconds, positive.</param>
/// <param name="SizeMicros">Size of the largest window in microseconds, positive.</param>
/// <param name="OffsetMicros">Shift of all windows in microseconds, from 0 to less than the size.</param>
public sealed record CumulateSpec(int TimeColumn, long StepMicros, long SizeMicros, long OffsetMicros) : WindowSpec(TimeColumn)
{
    /// <inheritdoc/>
    public override bool IsRowWise => false;

    /// <inheritdoc/>
    public override string Signature(string time) => $"cumulate({StepMicros}, {SizeMicros}, {OffsetMicros}, {time})";

    /// <inheritdoc/>
    public override string Describe(Schema input) => Text("cumulate", StepMicros, SizeMicros, OffsetMicros, input[TimeColumn].Name);
}

/// <summary>Windows that grow with their rows: one begins with a row before which there was none for the gap, and ends the gap after its last row.
/// Sessions that meet are one. They are told apart by their keys, too, so that they are none of the stretches of time that other windows are.</summary>
/// <param name="TimeColumn">The rowtime column of the input.</param>
/// <param name="GapMicros">The time without rows that ends a session in microseconds, positive.</param>
public sealed record SessionSpec(int TimeColumn, long GapMicros) : WindowSpec(TimeColumn)
{
    /// <inheritdoc/>
    public override bool IsRowWise => false;

    /// <inheritdoc/>
    public override string Signature(string time) => $"session({GapMicros}, {time})";

    /// <inheritdoc/>
    public override string Describe(Schema input) => $"session {LiteralText.Duration(GapMicros)} on {input[TimeColumn].Name}";
}

/// <summary>Windows that were assigned below: the time column is the end of the window less one millisecond.</summary>
/// <param name="TimeColumn">The window_time column of the input.</param>
/// <param name="Assigned">How the windows were assigned; its time column says nothing here.</param>
public sealed record AttachedSpec(int TimeColumn, WindowSpec Assigned) : WindowSpec(TimeColumn)
{
    /// <inheritdoc/>
    public override bool IsRowWise => true;

    /// <summary>Windows that end together may have begun at different times: the end alone does not tell a window.</summary>
    public bool IsOfSessions => Assigned is SessionSpec;

    /// <inheritdoc/>
    public override string Signature(string time) => $"attached({Assigned.Signature("")}, {time})";

    /// <inheritdoc/>
    public override string Describe(Schema input) => $"attached on {input[TimeColumn].Name}";
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
