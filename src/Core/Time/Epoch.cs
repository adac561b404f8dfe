namespace SqlStream.Core.Time;

/// <summary>Number of a barrier. Epochs of a job count from 1 and never repeat; 0 is the time before the first barrier.</summary>
/// <param name="Value">The number.</param>
public readonly record struct Epoch(long Value) : IComparable<Epoch>
{
    /// <summary>Before the first barrier.</summary>
    public static Epoch Zero { get; } = new(0);

    /// <summary>The epoch after this one.</summary>
    public Epoch Next => new(Value + 1);

    /// <inheritdoc/>
    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    /// <summary>Earlier.</summary>
    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    /// <summary>Later.</summary>
    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    /// <summary>Earlier or equal.</summary>
    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    /// <summary>Later or equal.</summary>
    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
