using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Explain;
using SqlStream.Planner.Properties;

namespace SqlStream.Planner.Physical;

/// <summary>One operator of a physical plan. Sealed immutable records, equal by value: equal nodes compute the same
/// stream.</summary>
/// <remarks>In a finished plan equal sub-plans are one instance (see <see cref="PhysicalPlan"/>).
/// Thread-safe.</remarks>
public abstract record PhysicalNode
{
    PhysicalTraits? _traits;

    /// <summary>A node whose traits are derived from its parts.</summary>
    protected PhysicalNode()
    {
    }

    /// <summary>Copies nothing: the parts of the copy may differ, so that its traits are derived anew.</summary>
    protected PhysicalNode(PhysicalNode original)
    {
    }

    /// <summary>The inputs, in order.</summary>
    public abstract ValueList<PhysicalNode> Children { get; }

    /// <summary>The word that names the operator in every layer.</summary>
    public abstract string Stem { get; }

    /// <summary>What the operator keeps, or null if it keeps nothing.</summary>
    public virtual StateDescription? State => null;

    /// <summary>The names and types of the columns of the output.</summary>
    public Schema Schema => Traits.Schema;

    /// <summary>The kinds of rows of the output.</summary>
    public ChangelogMode Changelog => Traits.Changelog;

    /// <summary>Each entry is a set of columns (ascending positions) that tells the rows of the output apart; the empty
    /// set says that there is at most one row. No entry: rows are told apart by all their columns and a
    /// count.</summary>
    public ValueList<ValueList<int>> UpsertKeys => Traits.UpsertKeys;

    /// <summary>True if the output ends by itself.</summary>
    public bool IsBounded => Traits.IsBounded;

    /// <summary>Positions of the TIMESTAMP columns whose values come no earlier than the watermark, late rows
    /// apart.</summary>
    public ValueList<int> RowtimeColumns => Traits.RowtimeColumns;

    PhysicalTraits Traits => _traits ??= PhysicalTraits.Of(this);

    /// <summary>The same operator over other inputs, as many as <see cref="Children"/>.</summary>
    public abstract PhysicalNode WithChildren(ValueList<PhysicalNode> children);

    /// <summary>Says what is particular of this operator, without traits and inputs.</summary>
    public abstract void Describe(PlanWriter writer);

    /// <summary>Compares the kind only; each kind adds its own parts. Traits follow from the parts.</summary>
    public virtual bool Equals(PhysicalNode? other) => other is not null && EqualityContract == other.EqualityContract;

    /// <inheritdoc/>
    public override int GetHashCode() => Stem.Length;

    /// <inheritdoc/>
    public sealed override string ToString()
    {
        var writer = new PlanWriter();
        Describe(writer);
        return $"{Stem}({writer})";
    }
}

/// <summary>What EXPLAIN says of an operator's state.</summary>
/// <param name="Layout">Tables with keys and values: <c>acc v1 (k STRING) -> (count BIGINT)</c>.</param>
/// <param name="Growth">How it grows: <c>grows with: distinct keys</c>, <c>bounded by: open windows</c>.</param>
public sealed record StateDescription(string Layout, string Growth);
