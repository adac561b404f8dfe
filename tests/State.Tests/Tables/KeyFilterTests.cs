using SqlStream.State.Codec;
using SqlStream.State.Tables;

namespace SqlStream.State.Tests.Tables;

public sealed class KeyFilterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    [InlineData(300_000)]
    public void What_was_added_is_found_and_of_the_rest_hardly_anything(int count)
    {
        var filter = new KeyFilter();
        for (var i = 0; i < count; i++)
            filter.Add(Hash(i));
        for (var i = 0; i < count; i++)
            Assert.True(filter.MayContain(Hash(i)));
        const int others = 100_000;
        var found = Enumerable.Range(count, others).Count(i => filter.MayContain(Hash(i)));
        Assert.InRange(found, 0, others * 4 / 100);
        // The last filter is a quarter full at the least, beside those before it.
        Assert.InRange(filter.MemoryBytes, 1, Math.Max(4_096, count * 6L));
    }

    [Fact]
    public void Nothing_is_in_an_empty_one()
    {
        var filter = new KeyFilter();
        Assert.False(filter.MayContain(0));
        Assert.Equal(0, filter.MemoryBytes);
    }

    [Fact]
    public void What_is_there_takes_no_more_room()
    {
        var filter = new KeyFilter();
        for (var i = 0; i < 1_000_000; i++)
            filter.Add(Hash(i % 1_000));
        Assert.InRange(filter.MemoryBytes, 1, 4_096);
    }

    static uint Hash(int number) => KeyBatch.SlotHash(BitConverter.GetBytes((long)number));
}
