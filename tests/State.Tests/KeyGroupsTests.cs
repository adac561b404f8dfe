namespace SqlStream.State.Tests;

public sealed class KeyGroupsTests
{
    [Theory]
    [InlineData(0u, 128, 0)]
    [InlineData(127u, 128, 127)]
    [InlineData(128u, 128, 0)]
    [InlineData(4294967295u, 128, 127)]
    [InlineData(4294967295u, 100, 95)]
    public void The_group_is_the_hash_modulo_max_parallelism(uint hash, int maxParallelism, int expected) =>
        Assert.Equal(expected, KeyGroups.Of(hash, maxParallelism));

    [Theory]
    [InlineData(128, 1)]
    [InlineData(128, 3)]
    [InlineData(128, 128)]
    [InlineData(7, 5)]
    [InlineData(32768, 31)]
    public void Ranges_of_all_subtasks_cover_each_group_once_and_agree_with_SubtaskOf(int maxParallelism, int parallelism)
    {
        var next = 0;
        for (var subtask = 0; subtask < parallelism; subtask++)
        {
            var (first, end) = KeyGroups.RangeOf(subtask, maxParallelism, parallelism);
            Assert.Equal(next, first);
            Assert.True(end > first);
            for (var group = first; group < end; group++)
                Assert.Equal(subtask, KeyGroups.SubtaskOf(group, maxParallelism, parallelism));
            next = end;
        }
        Assert.Equal(maxParallelism, next);
    }
}
