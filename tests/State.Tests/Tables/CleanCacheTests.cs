using System.Buffers.Binary;
using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class CleanCacheTests
{
    [Theory]
    [InlineData(1, 300, 40)]
    [InlineData(2, 20_000, 60)]
    [InlineData(3, 5_000, 3_000)]
    [InlineData(4, 300, 20_000)]
    public void Random_operations_agree_with_a_dictionary(int seed, int keys, int valueBytesMax)
    {
        var random = new Random(seed);
        var cache = new CleanCache();
        var model = new Dictionary<int, (ushort KeyGroup, byte[] Value)>();
        for (var step = 0; step < 60_000; step++)
        {
            var number = random.Next(keys);
            if (random.Next(8) == 0)
            {
                cache.Remove(Hash(number), Key(number));
                model.Remove(number);
            }
            else if (random.Next(3) == 0)
            {
                AssertSame(cache, number, model.TryGetValue(number, out var expected) ? expected.Value : null);
            }
            else
            {
                var value = Value(random, random.Next(valueBytesMax));
                var keyGroup = (ushort)(number % 128);
                cache.Put(Hash(number), keyGroup, Key(number), value);
                model[number] = (keyGroup, value);
            }
        }
        Assert.False(cache.HasEvicted);
        Assert.Equal(model.Count, cache.Count);
        var cursor = new CleanCursor(cache);
        var seen = new HashSet<int>();
        while (cursor.MoveNext())
        {
            cursor.ReadValue();
            var number = BinaryPrimitives.ReadInt32BigEndian(cursor.Key);
            Assert.True(seen.Add(number));
            Assert.Equal(model[number].KeyGroup, cursor.KeyGroup);
            Assert.Equal(model[number].Value, cursor.Value.ToArray());
        }
        Assert.Equal(model.Count, seen.Count);
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 3_000)]
    public void What_was_evicted_is_gone_and_the_rest_is_right(int seed, int valueBytesMax)
    {
        var random = new Random(seed);
        var cache = new CleanCache();
        var model = new Dictionary<int, byte[]>();
        for (var step = 0; step < 50_000; step++)
        {
            var number = random.Next(30_000);
            var value = Value(random, random.Next(valueBytesMax));
            cache.Put(Hash(number), 1, Key(number), value);
            model[number] = value;
            if (random.Next(500) == 0)
                cache.Trim(random.Next(1 << 20));
            // What is gone stays gone until it is put again.
            var other = random.Next(30_000);
            if (cache.TryFind(Hash(other), Key(other), out var found))
                Assert.Equal(model[other], Bytes(found));
        }
        Assert.True(cache.HasEvicted);
        Assert.InRange(cache.Count, 1, model.Count - 1);
    }

    [Fact]
    public void Trim_frees_what_it_is_asked_for()
    {
        var cache = new CleanCache();
        for (var i = 0; i < 200_000; i++)
            cache.Put(Hash(i), 1, Key(i), BitConverter.GetBytes((long)i));
        for (var size = cache.MemoryBytes; size > 1 << 20; size -= 1 << 20)
        {
            cache.Trim(1 << 20);
            Assert.InRange(cache.MemoryBytes, 0, size - (1 << 20));
            size = Math.Min(size, cache.MemoryBytes + (1 << 20));
        }
    }

    [Fact]
    public void Entries_that_are_used_outlive_those_that_are_not()
    {
        const int keys = 100_000;
        var cache = new CleanCache();
        for (var i = 0; i < keys; i++)
            cache.Put(Hash(i), 1, Key(i), BitConverter.GetBytes((long)i));
        for (var i = 0; i < keys; i += 5)
            Assert.True(cache.TryFind(Hash(i), Key(i), out _));
        cache.Trim(cache.MemoryBytes / 3);
        var (used, unused) = (0, 0);
        for (var i = 0; i < keys; i++)
        {
            if (cache.Contains(Hash(i), Key(i)))
                _ = i % 5 == 0 ? used++ : unused++;
        }
        Assert.Equal(keys / 5, used);
        Assert.InRange(unused, 1, keys * 3 / 5);
    }

    [Fact]
    public void Counters_take_about_thirty_bytes()
    {
        const int keys = 1_000_000;
        var cache = new CleanCache();
        var value = new byte[40];
        var key = new byte[5];
        for (var i = 0; i < keys; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(1), i);
            BinaryPrimitives.WriteInt64LittleEndian(value, 2);
            BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(8), 2);
            BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(24), i * 37L);
            cache.Put(KeyBatch.SlotHash(key), 1, key, value);
        }
        Assert.Equal(keys, cache.Count);
        Assert.InRange((double)cache.MemoryBytes / keys, 20, 34);
    }

    [Fact]
    public void A_cache_that_cannot_split_any_more_evicts()
    {
        const int keys = 60_000;
        var cache = new CleanCache(depthMax: 1);
        for (var i = 0; i < keys; i++)
            cache.Put(Hash(i), 1, Key(i), BitConverter.GetBytes((long)i));
        Assert.True(cache.HasEvicted);
        Assert.InRange(cache.MemoryBytes, 1, 1 << 20);
        Assert.True(cache.TryFind(Hash(keys - 1), Key(keys - 1), out var last));
        Assert.Equal(BitConverter.GetBytes(keys - 1L), Bytes(last));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(1003)]
    public void Values_without_their_zeros_are_decoded_to_what_they_were(int length)
    {
        var random = new Random(length);
        for (var i = 0; i < 200; i++)
        {
            var value = Value(random, length);
            var encoded = new byte[ZeroSuppressed.BytesMax(length)];
            var used = ZeroSuppressed.Encode(value, encoded);
            Assert.InRange(used, 0, encoded.Length - ZeroSuppressed.SlackBytes);
            var decoded = new byte[length];
            Assert.Equal(used, ZeroSuppressed.Decode(ref encoded[0], decoded));
            Assert.Equal(value, decoded);
        }
    }

    static uint Hash(int number) => KeyBatch.SlotHash(Key(number));

    // Some keys are long, some too long for a page.
    static byte[] Key(int number)
    {
        var key = new byte[number % 97 == 0 ? 3000 : 4 + (number % 11)];
        BinaryPrimitives.WriteInt32BigEndian(key, number);
        return key;
    }

    static byte[] Value(Random random, int length)
    {
        var value = new byte[length];
        var zeros = random.Next(4);
        for (var i = 0; i < length; i++)
            value[i] = random.Next(4) < zeros ? (byte)0 : (byte)random.Next(256);
        return value;
    }

    static byte[] Bytes(CleanValue value)
    {
        var bytes = new byte[value.Length];
        value.CopyTo(bytes);
        return bytes;
    }

    static void AssertSame(CleanCache cache, int number, byte[]? expected) =>
        Assert.Equal(expected, cache.TryFind(Hash(number), Key(number), out var value) ? Bytes(value) : null);
}
