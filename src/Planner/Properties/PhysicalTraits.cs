using SqlStream.Core.Connect;
using SqlStream.Core.Types;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Properties;

/// <summary>What follows for the output of an operator from its parts and the traits of its inputs.</summary>
sealed record PhysicalTraits(
    Schema Schema, ChangelogMode Changelog, ValueList<ValueList<int>> UpsertKeys, bool IsBounded, ValueList<int> RowtimeColumns)
{
    public static PhysicalTraits Of(PhysicalNode node) => new(
        OutputSchema.Of(node), Changelogs.Of(node), UpsertKeySets.Of(node), Boundedness.Of(node), WatermarkColumns.Of(node));
}
