using System.Globalization;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>A function with OVER: one value for each row of the input.</summary>
/// <param name="Name">The name of its column; not part of equality.</param>
/// <param name="Type">The type of its column.</param>
public abstract record OverCall(string Name, SqlType Type)
{
    /// <summary>The columns that it reads.</summary>
    public abstract ValueList<int> Columns { get; }

    /// <summary>It needs no row behind the current one and those that are ordered as it is: rows that are added behind do not change it.</summary>
    public virtual bool LooksBack => true;

    /// <summary>The call over columns at other places: old position to new.</summary>
    public abstract OverCall MapColumns(Func<int, int> map);

    /// <summary>The call over the names of a schema, without OVER.</summary>
    public abstract string Describe(Schema input);

    /// <inheritdoc/>
    public virtual bool Equals(OverCall? other) => other is not null && EqualityContract == other.EqualityContract && Type == other.Type;

    /// <inheritdoc/>
    public override int GetHashCode() => Type.GetHashCode();
}

/// <summary>ROW_NUMBER, RANK or DENSE_RANK: BIGINT, from 1.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Name">The name of its column.</param>
public sealed record RankCall(RankKind Kind, string Name) : OverCall(Name, SqlType.BigInt.WithNullability(false))
{
    /// <inheritdoc/>
    public override ValueList<int> Columns => [];

    /// <inheritdoc/>
    public override OverCall MapColumns(Func<int, int> map) => this;

    /// <inheritdoc/>
    public override string Describe(Schema input) => Kind.FunctionName();

    /// <inheritdoc/>
    public bool Equals(RankCall? other) => base.Equals(other) && Kind == other.Kind;

    /// <inheritdoc/>
    public override int GetHashCode() => Kind.GetHashCode();
}

/// <summary>PERCENT_RANK, (RANK - 1) / (rows - 1), or CUME_DIST, the share of rows up to the current one and its equals: DOUBLE.</summary>
/// <param name="IsCumulative">It is CUME_DIST.</param>
/// <param name="Name">The name of its column.</param>
public sealed record ShareCall(bool IsCumulative, string Name) : OverCall(Name, SqlType.Double.WithNullability(false))
{
    /// <inheritdoc/>
    public override ValueList<int> Columns => [];

    /// <inheritdoc/>
    public override bool LooksBack => false;

    /// <inheritdoc/>
    public override OverCall MapColumns(Func<int, int> map) => this;

    /// <inheritdoc/>
    public override string Describe(Schema input) => IsCumulative ? "CUME_DIST" : "PERCENT_RANK";

    /// <inheritdoc/>
    public bool Equals(ShareCall? other) => base.Equals(other) && IsCumulative == other.IsCumulative;

    /// <inheritdoc/>
    public override int GetHashCode() => IsCumulative.GetHashCode();
}

/// <summary>NTILE: the rows of a partition in so many parts, of sizes that differ by one at the most, the larger ones first: INT, from 1.</summary>
/// <param name="Parts">How many.</param>
/// <param name="Name">The name of its column.</param>
public sealed record TileCall(long Parts, string Name) : OverCall(Name, SqlType.Int.WithNullability(false))
{
    /// <inheritdoc/>
    public override ValueList<int> Columns => [];

    /// <inheritdoc/>
    public override bool LooksBack => false;

    /// <inheritdoc/>
    public override OverCall MapColumns(Func<int, int> map) => this;

    /// <inheritdoc/>
    public override string Describe(Schema input) => $"NTILE({Parts.ToString(CultureInfo.InvariantCulture)})";

    /// <inheritdoc/>
    public bool Equals(TileCall? other) => base.Equals(other) && Parts == other.Parts;

    /// <inheritdoc/>
    public override int GetHashCode() => Parts.GetHashCode();
}

/// <summary>LAG and LEAD: the value of a row so many before or behind.</summary>
/// <param name="Argument">The column that is taken.</param>
/// <param name="Distance">How many rows behind; below zero for LAG.</param>
/// <param name="Default">The column of the current row that is given where there is no such row; null for NULL.</param>
/// <param name="Name">The name of its column.</param>
/// <param name="Type">The type of its column.</param>
public sealed record ShiftCall(int Argument, long Distance, int? Default, string Name, SqlType Type) : OverCall(Name, Type)
{
    /// <summary>Rows whose value is NULL are not counted; with a distance of 0 the value is that of the row itself all the same.</summary>
    public bool IgnoresNulls { get; init; }

    /// <inheritdoc/>
    public override ValueList<int> Columns => Default is { } value ? [Argument, value] : [Argument];

    /// <inheritdoc/>
    public override bool LooksBack => Distance <= 0;

    /// <inheritdoc/>
    public override OverCall MapColumns(Func<int, int> map) => this with { Argument = map(Argument), Default = Default is { } value ? map(value) : null };

    /// <inheritdoc/>
    public override string Describe(Schema input)
    {
        var (function, rows) = Distance < 0 ? ("LAG", -Distance) : ("LEAD", Distance);
        var text = $"{function}({input[Argument].Name}, {rows.ToString(CultureInfo.InvariantCulture)}";
        return $"{text}{(Default is { } value ? $", {input[value].Name}" : "")}){(IgnoresNulls ? " IGNORE NULLS" : "")}";
    }

    /// <inheritdoc/>
    public bool Equals(ShiftCall? other) =>
        base.Equals(other) && Argument == other.Argument && Distance == other.Distance && Default == other.Default && IgnoresNulls == other.IgnoresNulls;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Argument, Distance, Default, IgnoresNulls);
}

/// <summary>An aggregate over the rows of a frame.</summary>
/// <param name="Aggregate">The call; it takes no rows away.</param>
/// <param name="Retracting">How it runs where rows leave the frame; null if it cannot, so that it begins anew. Follows from the call.</param>
/// <param name="Frame">Which rows.</param>
public sealed record OverAggregate(BoundAggregate Aggregate, AggregateCall? Retracting, OverFrame Frame)
    : OverCall(Aggregate.Name, Aggregate.Call.ReturnType)
{
    /// <inheritdoc/>
    public override ValueList<int> Columns => Aggregate.Filter is { } filter ? Aggregate.Arguments.Add(filter) : Aggregate.Arguments;

    /// <inheritdoc/>
    public override bool LooksBack => Frame.End is <= 0;

    /// <summary>Its accumulator goes on from row to row, and no earlier row is needed again.</summary>
    public bool GoesOn => Frame.Start is null && Frame.End is 0 && !Aggregate.Distinct;

    /// <inheritdoc/>
    public override OverCall MapColumns(Func<int, int> map) => this with
    {
        Aggregate = Aggregate with { Arguments = Aggregate.Arguments.Map(map), Filter = Aggregate.Filter is { } filter ? map(filter) : null },
    };

    /// <inheritdoc/>
    public override string Describe(Schema input) => $"{Aggregate.Describe(input)} {Frame.Describe()}";

    /// <inheritdoc/>
    public bool Equals(OverAggregate? other) => base.Equals(other) && Aggregate == other.Aggregate && Frame == other.Frame;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Aggregate, Frame);
}
