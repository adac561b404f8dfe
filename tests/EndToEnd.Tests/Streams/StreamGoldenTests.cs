using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Streams;

/// <summary>Every fourth file: a class's tests run one after the other.</summary>
public abstract class StreamGoldenTests
{
    const int Classes = 4;

    protected static TheoryData<string> Share(int number) => [.. GoldenFolder.Files("streams").Where((_, i) => i % Classes == number)];

    protected static Task HoldsAsync(string file) => GoldenFile.HoldsAsync(file);
}

public sealed class FirstStreamGoldenTests : StreamGoldenTests
{
    public static TheoryData<string> Files => Share(0);

    [Theory]
    [MemberData(nameof(Files))]
    public Task Stream_gives_the_expected_rows_in_every_configuration(string file) => HoldsAsync(file);
}

public sealed class SecondStreamGoldenTests : StreamGoldenTests
{
    public static TheoryData<string> Files => Share(1);

    [Theory]
    [MemberData(nameof(Files))]
    public Task Stream_gives_the_expected_rows_in_every_configuration(string file) => HoldsAsync(file);
}

public sealed class ThirdStreamGoldenTests : StreamGoldenTests
{
    public static TheoryData<string> Files => Share(2);

    [Theory]
    [MemberData(nameof(Files))]
    public Task Stream_gives_the_expected_rows_in_every_configuration(string file) => HoldsAsync(file);
}

public sealed class FourthStreamGoldenTests : StreamGoldenTests
{
    public static TheoryData<string> Files => Share(3);

    [Theory]
    [MemberData(nameof(Files))]
    public Task Stream_gives_the_expected_rows_in_every_configuration(string file) => HoldsAsync(file);
}
