using SqlStream.Core.Diagnostics;

namespace SqlStream.Core.Columns;

/// <summary>Compares single values of columns of one layout, nested ones included.</summary>
public static class ColumnValues
{
    const int EntriesScannedMax = 16;

    /// <summary>True if two values are the same: NULL equals NULL, NaN equals NaN, 0 equals -0, and a map equals another with the same
    /// entries in any order.</summary>
    public static bool AreEqual(Column left, int leftRow, Column right, int rightRow)
    {
        var isNull = left.IsNull(leftRow);
        if (isNull || right.IsNull(rightRow))
            return isNull == right.IsNull(rightRow);
        return (left, right) switch
        {
            (FixedColumn<long> a, FixedColumn<long> b) => a[leftRow] == b[rightRow],
            (FixedColumn<int> a, FixedColumn<int> b) => a[leftRow] == b[rightRow],
            (FixedColumn<short> a, FixedColumn<short> b) => a[leftRow] == b[rightRow],
            (FixedColumn<sbyte> a, FixedColumn<sbyte> b) => a[leftRow] == b[rightRow],
            (FixedColumn<double> a, FixedColumn<double> b) => a[leftRow].Equals(b[rightRow]),
            (FixedColumn<float> a, FixedColumn<float> b) => a[leftRow].Equals(b[rightRow]),
            (FixedColumn<Int128> a, FixedColumn<Int128> b) => a[leftRow] == b[rightRow],
            (BoolColumn a, BoolColumn b) => a[leftRow] == b[rightRow],
            (BytesColumn a, BytesColumn b) => a[leftRow].SequenceEqual(b[rightRow]),
            (RowColumn a, RowColumn b) => AreEqualRows(a, a.Stored(leftRow), b, b.Stored(rightRow)),
            (ListColumn a, ListColumn b) => AreEqualLists(a.Elements, a[leftRow], b.Elements, b[rightRow]),
            (MapColumn a, MapColumn b) => AreEqualMaps(a, a[leftRow], b, b[rightRow]),
            _ => throw Mismatch(left, right),
        };
    }

    /// <summary>The order of two values: negative, zero or positive. NULL is the lowest value and NaN the highest; strings are ordered by
    /// bytes, arrays and rows by their first difference. Maps have no order.</summary>
    public static int Compare(Column left, int leftRow, Column right, int rightRow)
    {
        var isNull = left.IsNull(leftRow);
        if (isNull || right.IsNull(rightRow))
            return (isNull ? 0 : 1) - (right.IsNull(rightRow) ? 0 : 1);
        return (left, right) switch
        {
            (FixedColumn<long> a, FixedColumn<long> b) => a[leftRow].CompareTo(b[rightRow]),
            (FixedColumn<int> a, FixedColumn<int> b) => a[leftRow].CompareTo(b[rightRow]),
            (FixedColumn<short> a, FixedColumn<short> b) => a[leftRow].CompareTo(b[rightRow]),
            (FixedColumn<sbyte> a, FixedColumn<sbyte> b) => a[leftRow].CompareTo(b[rightRow]),
            (FixedColumn<double> a, FixedColumn<double> b) => CompareFloating(a[leftRow], b[rightRow]),
            (FixedColumn<float> a, FixedColumn<float> b) => CompareFloating(a[leftRow], b[rightRow]),
            (FixedColumn<Int128> a, FixedColumn<Int128> b) => a[leftRow].CompareTo(b[rightRow]),
            (BoolColumn a, BoolColumn b) => a[leftRow].CompareTo(b[rightRow]),
            (BytesColumn a, BytesColumn b) => a[leftRow].SequenceCompareTo(b[rightRow]),
            (RowColumn a, RowColumn b) => CompareRows(a, a.Stored(leftRow), b, b.Stored(rightRow)),
            (ListColumn a, ListColumn b) => CompareLists(a.Elements, a[leftRow], b.Elements, b[rightRow]),
            _ => throw Mismatch(left, right),
        };
    }

    /// <summary>The entry of a map with a key, as a position in its children; -1 if there is none.</summary>
    public static int FindKey(MapColumn map, (int Start, int Count) entries, Column keys, int keyRow)
    {
        for (var i = entries.Start; i < entries.Start + entries.Count; i++)
        {
            if (AreEqual(map.Keys, i, keys, keyRow))
                return i;
        }
        return -1;
    }

    static bool AreEqualRows(RowColumn left, int leftRow, RowColumn right, int rightRow)
    {
        for (var i = 0; i < left.Fields.Length; i++)
        {
            if (!AreEqual(left.Fields[i], leftRow, right.Fields[i], rightRow))
                return false;
        }
        return true;
    }

    static bool AreEqualLists(Column left, (int Start, int Count) leftRange, Column right, (int Start, int Count) rightRange)
    {
        if (leftRange.Count != rightRange.Count)
            return false;
        for (var i = 0; i < leftRange.Count; i++)
        {
            if (!AreEqual(left, leftRange.Start + i, right, rightRange.Start + i))
                return false;
        }
        return true;
    }

    static bool AreEqualMaps(MapColumn left, (int Start, int Count) leftRange, MapColumn right, (int Start, int Count) rightRange)
    {
        if (leftRange.Count != rightRange.Count)
            return false;
        if (rightRange.Count <= EntriesScannedMax)
        {
            for (var i = leftRange.Start; i < leftRange.Start + leftRange.Count; i++)
            {
                var found = FindKey(right, rightRange, left.Keys, i);
                if (found < 0 || !AreEqual(left.Values, i, right.Values, found))
                    return false;
            }
            return true;
        }
        using var index = new ValueIndex(rightRange.Count);
        for (var i = 0; i < rightRange.Count; i++)
            index.TryAdd(right.Keys, rightRange.Start + i);
        for (var i = leftRange.Start; i < leftRange.Start + leftRange.Count; i++)
        {
            var found = index.Find(left.Keys, i);
            if (found < 0 || !AreEqual(left.Values, i, right.Values, rightRange.Start + found))
                return false;
        }
        return true;
    }

    static int CompareRows(RowColumn left, int leftRow, RowColumn right, int rightRow)
    {
        for (var i = 0; i < left.Fields.Length; i++)
        {
            var order = Compare(left.Fields[i], leftRow, right.Fields[i], rightRow);
            if (order != 0)
                return order;
        }
        return 0;
    }

    static int CompareLists(Column left, (int Start, int Count) leftRange, Column right, (int Start, int Count) rightRange)
    {
        for (var i = 0; i < Math.Min(leftRange.Count, rightRange.Count); i++)
        {
            var order = Compare(left, leftRange.Start + i, right, rightRange.Start + i);
            if (order != 0)
                return order;
        }
        return leftRange.Count - rightRange.Count;
    }

    // The order of .NET has NaN first.
    static int CompareFloating(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? double.IsNaN(left).CompareTo(double.IsNaN(right)) : left.CompareTo(right);

    static EngineBugException Mismatch(Column left, Column right) =>
        new($"columns {left.GetType().Name} and {right.GetType().Name} cannot be compared");
}
