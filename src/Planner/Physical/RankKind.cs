namespace SqlStream.Planner.Physical;

/// <summary>How rows of a partition are numbered.</summary>
public enum RankKind
{
    /// <summary>ROW_NUMBER: 1, 2, 3; rows that the order does not tell apart as they came.</summary>
    RowNumber,

    /// <summary>RANK: equal rows have one number, and the next one counts them all.</summary>
    Rank,

    /// <summary>DENSE_RANK: equal rows have one number, and the next one follows it.</summary>
    DenseRank,
}

/// <summary>Names of <see cref="RankKind"/>.</summary>
static class RankKinds
{
    /// <summary>The name of the function.</summary>
    public static string FunctionName(this RankKind kind) => kind switch
    {
        RankKind.RowNumber => "ROW_NUMBER",
        RankKind.Rank => "RANK",
        _ => "DENSE_RANK",
    };
}
