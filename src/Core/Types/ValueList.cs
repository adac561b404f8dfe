using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlStream.Core.Types;

/// <summary>An immutable list that is equal to another with equal elements in the same order, so that records which
/// hold lists compare by value.</summary>
/// <remarks>The default value is the empty list. Thread-safe. Written as a collection expression.</remarks>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
public readonly struct ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    readonly T[]? _items;

    internal ValueList(T[] items) => _items = items;

    /// <summary>The list without elements.</summary>
    public static ValueList<T> Empty => default;

    /// <inheritdoc/>
    public int Count => _items?.Length ?? 0;

    /// <summary>True where there is no element.</summary>
    public bool IsEmpty => Count == 0;

    /// <inheritdoc/>
    public T this[int index] => (_items ?? [])[index];

    /// <summary>The elements, without a copy.</summary>
    public ReadOnlySpan<T> AsSpan() => _items;

    /// <summary>The elements as an immutable array, without a copy.</summary>
    public ImmutableArray<T> ToImmutableArray() =>
        _items is null ? [] : ImmutableCollectionsMarshal.AsImmutableArray(_items);

    /// <summary>The list of what <paramref name="selector"/> makes of each element.</summary>
    public ValueList<TResult> Map<TResult>(Func<T, TResult> selector)
    {
        if (IsEmpty)
            return default;
        var mapped = new TResult[Count];
        for (var i = 0; i < mapped.Length; i++)
            mapped[i] = selector(_items![i]);
        return new ValueList<TResult>(mapped);
    }

    /// <summary>This list with one element more.</summary>
    public ValueList<T> Add(T item) => [.. this, item];

    /// <inheritdoc/>
    public bool Equals(ValueList<T> other)
    {
        if (Count != other.Count)
            return false;
        for (var i = 0; i < Count; i++)
        {
            if (!EqualityComparer<T>.Default.Equals(_items![i], other._items![i]))
                return false;
        }
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValueList<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in AsSpan())
            hash.Add(item);
        return hash.ToHashCode();
    }

    /// <summary>Iterates without allocation.</summary>
    public ReadOnlySpan<T>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_items ?? []).GetEnumerator();

    /// <summary>The elements in square brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", (IEnumerable<T>)this)}]";

    /// <summary>Compares element by element.</summary>
    public static bool operator ==(ValueList<T> left, ValueList<T> right) => left.Equals(right);

    /// <summary>Compares element by element.</summary>
    public static bool operator !=(ValueList<T> left, ValueList<T> right) => !left.Equals(right);

}

/// <summary>Makes lists with value equality.</summary>
public static class ValueList
{
    /// <summary>A list that holds a copy of the elements.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) =>
        items.IsEmpty ? default : new ValueList<T>(items.ToArray());

    /// <summary>A list that holds the elements of a sequence.</summary>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items) => Create<T>(items.ToArray());
}
