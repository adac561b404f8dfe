namespace SqlStream.State.Tests;

public sealed class ChangeSetTests
{
    [Theory]
    [InlineData(1, 20)]
    [InlineData(2, 20)]
    [InlineData(3, 50)]
    [InlineData(4, 130)]
    public void Sort_orders_keys_as_bytes_and_keeps_the_last_write(int seed, int lengths)
    {
        var random = new Random(seed);
        var changes = new ChangeSet();
        var expected = new SortedDictionary<byte[], byte[]?>(new StateModel.ByteOrder());
        for (var i = 0; i < 20_000; i++)
        {
            // Long common prefixes, zero bytes and lengths around multiples of 8 are where a prefix comparison goes wrong.
            var key = new byte[random.Next(lengths)];
            for (var b = 0; b < key.Length; b++)
                key[b] = (byte)(random.Next(lengths / 2) == 0 ? 255 * random.Next(2) : 0);
            if (random.Next(5) == 0)
            {
                changes.Delete(key);
                expected[key] = null;
                continue;
            }
            var value = BitConverter.GetBytes(i);
            changes.Put(key, value);
            expected[key] = value;
        }
        changes.Sort();
        Assert.Equal(expected.Count, changes.Count);
        var at = 0;
        foreach (var (key, value) in expected)
        {
            Assert.Equal(key, changes.KeyAt(at).ToArray());
            Assert.Equal(value is null, changes.IsDelete(at));
            Assert.Equal(value ?? [], changes.ValueAt(at).ToArray());
            at++;
        }
    }

    [Fact]
    public void Entries_larger_than_a_block_are_kept_whole_and_Clear_forgets_them()
    {
        var changes = new ChangeSet();
        var large = new byte[3_000_000];
        new Random(1).NextBytes(large);
        changes.Put([2], large);
        changes.Put([1], [7]);
        changes.Sort();
        Assert.Equal([7], changes.ValueAt(0).ToArray());
        Assert.Equal(large, changes.ValueAt(1).ToArray());
        Assert.Equal(3_000_003, changes.Bytes);
        changes.Clear();
        Assert.Equal(0, changes.Count);
        changes.Put([9], [9]);
        Assert.Equal([9], changes.KeyAt(0).ToArray());
    }

    [Fact]
    public void A_key_in_parts_is_table_and_group_big_endian_and_then_the_user_key()
    {
        var changes = new ChangeSet();
        changes.PutParts(0x0102, 0x0304, [5, 6], []);
        changes.DeleteParts(1, 2, []);
        Assert.Equal([1, 2, 3, 4, 5, 6], changes.KeyAt(0).ToArray());
        Assert.Equal([0, 1, 0, 2], changes.KeyAt(1).ToArray());
    }

    [Fact]
    public void Writing_after_Sort_needs_a_new_Sort_and_still_wins()
    {
        var changes = new ChangeSet();
        changes.Put([2], [1]);
        changes.Put([1], [1]);
        changes.Sort();
        changes.Put([1], [2]);
        changes.Sort();
        Assert.Equal(2, changes.Count);
        Assert.Equal([2], changes.ValueAt(0).ToArray());
    }
}
