using System.Buffers.Binary;
using SqlStream.Functions.Aggregate;
using SqlStream.Functions.Tests.Support;

namespace SqlStream.Functions.Tests;

public sealed class OrderedMultisetTests
{
    [Theory]
    [InlineData(20, 100_000)]
    [InlineData(2_000, 100_000)]
    [InlineData(50_000, 100_000)]
    public void Random_changes_agree_with_a_sorted_dictionary(int distinct, int changes)
    {
        var random = new Random(distinct);
        var state = new DictionaryBlobState();
        var model = new SortedDictionary<long, int>();
        for (var i = 0; i < changes; i++)
        {
            // Grows first and shrinks then, so that chunks are split and merged.
            var delta = random.Next(100) < (i < changes / 2 ? 70 : 30) ? 1 : -1;
            var value = random.Next(distinct);
            if (delta < 0 && model.Count > 0 && random.Next(2) == 0)
                value = (int)(random.Next(2) == 0 ? model.First().Key : value);
            model[value] = model.GetValueOrDefault(value) + delta;
            if (model[value] == 0)
                model.Remove(value);
            state.Writes = 0;
            OrderedMultiset.Change(state, Key(value), delta);
            Assert.True(state.Writes <= 3);
            if (i % 101 == 0)
                AssertExtremes(state, model);
        }
        AssertExtremes(state, model);
        foreach (var (value, count) in model.ToList())
            OrderedMultiset.Change(state, Key(value), -count);
        Assert.Empty(state.Chunks);
    }

    [Fact]
    public void Chunks_stay_within_4_KB_and_together_hold_little_more_than_the_entries()
    {
        var random = new Random(3);
        var state = new DictionaryBlobState();
        for (var i = 0; i < 20_000; i++)
            OrderedMultiset.Change(state, Key(random.NextInt64()), 1);
        Assert.All(state.Chunks.Where(chunk => chunk.Key != 0), chunk => Assert.True(chunk.Value.Length <= OrderedMultiset.ChunkBytesMax));
        Assert.True(state.Chunks.Sum(chunk => chunk.Value.Length) < 20_000 * 12);
    }

    [Fact]
    public void Taking_away_before_adding_cancels_out()
    {
        var state = new DictionaryBlobState();
        OrderedMultiset.Change(state, Key(5), -1);
        Assert.False(OrderedMultiset.TryGetExtreme(state, greatest: true, out _));
        OrderedMultiset.Change(state, Key(3), 1);
        Assert.True(OrderedMultiset.TryGetExtreme(state, greatest: true, out var key));
        Assert.Equal(Key(3), key.ToArray());
        OrderedMultiset.Change(state, Key(5), 1);
        OrderedMultiset.Change(state, Key(3), -1);
        Assert.Empty(state.Chunks);
    }

    [Fact]
    public void Keys_longer_than_a_chunk_and_the_empty_key_are_kept()
    {
        var state = new DictionaryBlobState();
        var keys = new[] { 0, 3, 5_000, 6_000, 70_000 }.Select(length => Enumerable.Repeat((byte)7, length).ToArray()).ToArray();
        foreach (var key in keys)
            OrderedMultiset.Change(state, key, 1);
        for (var i = keys.Length - 1; i >= 0; i--)
        {
            Assert.True(OrderedMultiset.TryGetExtreme(state, greatest: true, out var greatest));
            Assert.Equal(keys[i], greatest.ToArray());
            Assert.True(OrderedMultiset.TryGetExtreme(state, greatest: false, out var least));
            Assert.Equal(keys[0], least.ToArray());
            OrderedMultiset.Change(state, keys[i], -1);
        }
        Assert.Empty(state.Chunks);
    }

    static void AssertExtremes(DictionaryBlobState state, SortedDictionary<long, int> model)
    {
        var positive = model.Where(entry => entry.Value > 0).Select(entry => entry.Key).ToList();
        var found = OrderedMultiset.TryGetExtreme(state, greatest: false, out var least);
        Assert.Equal(positive.Count > 0, found);
        if (!found)
            return;
        Assert.Equal(Key(positive[0]), least.ToArray());
        Assert.True(OrderedMultiset.TryGetExtreme(state, greatest: true, out var greatest));
        Assert.Equal(Key(positive[^1]), greatest.ToArray());
    }

    static byte[] Key(long value)
    {
        var key = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(key, value ^ long.MinValue);
        return key;
    }
}
