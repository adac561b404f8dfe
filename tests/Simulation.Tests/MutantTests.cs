using SqlStream.State;
using Xunit.Abstractions;

namespace SqlStream.Simulation.Tests;

/// <summary>The simulation must fail when the engine is broken on purpose: otherwise its success says nothing.</summary>
public sealed class MutantTests(ITestOutputHelper output)
{
    const int SeedsMax = 250;

    public static TheoryData<string> Mutants => [.. Mutant.All];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Each_mutant_is_caught_by_one_of_the_first_seeds(string mutant)
    {
        Mutant.Activate(mutant);
        try
        {
            for (var seed = 1; seed <= SeedsMax; seed++)
            {
                if (Fails(seed))
                {
                    output.WriteLine($"caught by seed {seed}");
                    return;
                }
            }
        }
        finally
        {
            Mutant.Activate(null);
        }
        Assert.Fail($"mutant {mutant} passes {SeedsMax} seeds");
    }

    static bool Fails(int seed)
    {
        try
        {
            new SimRun(seed).Run();
            return false;
        }
        catch (SimulationFailure)
        {
            return true;
        }
    }
}
