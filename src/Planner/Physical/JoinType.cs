using System.Diagnostics;
using SqlStream.Core.Types;

namespace SqlStream.Planner.Physical;

/// <summary>Which rows a join gives.</summary>
public enum JoinType
{
    /// <summary>All pairs.</summary>
    Inner,

    /// <summary>All pairs, and left rows without a pair beside NULLs.</summary>
    Left,

    /// <summary>All pairs, and right rows without a pair beside NULLs.</summary>
    Right,

    /// <summary>All pairs, and rows of either side without a pair beside NULLs.</summary>
    Full,

    /// <summary>Left rows that have a pair, once each.</summary>
    Semi,

    /// <summary>Left rows that have none.</summary>
    Anti,
}

/// <summary>What follows from the type of a join.</summary>
public static class JoinTypes
{
    /// <summary>The word in EXPLAIN and in messages.</summary>
    public static string Describe(this JoinType type) => type switch
    {
        JoinType.Inner => "inner",
        JoinType.Left => "left",
        JoinType.Right => "right",
        JoinType.Full => "full",
        JoinType.Semi => "semi",
        JoinType.Anti => "anti",
        _ => throw new UnreachableException($"join {type} has no word"),
    };

    /// <summary>Left rows without a pair come out.</summary>
    public static bool KeepsLeft(this JoinType type) => type is JoinType.Left or JoinType.Full;

    /// <summary>Right rows without a pair come out.</summary>
    public static bool KeepsRight(this JoinType type) => type is JoinType.Right or JoinType.Full;

    /// <summary>Only columns of the left input come out.</summary>
    public static bool IsLeftOnly(this JoinType type) => type is JoinType.Semi or JoinType.Anti;

    /// <summary>The columns of the output.</summary>
    public static Schema Columns(this JoinType type, Schema left, Schema right) => type.IsLeftOnly()
        ? left
        : new Schema([.. Side(left, type.KeepsRight()), .. Side(right, type.KeepsLeft())]);

    static IEnumerable<Field> Side(Schema schema, bool mayBeMissing) => schema.Fields.Select(field =>
        mayBeMissing ? field with { Type = field.Type.WithNullability(true) } : field);
}
