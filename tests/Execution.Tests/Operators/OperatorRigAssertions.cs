namespace SqlStream.Execution.Tests.Operators;

static class OperatorRigAssertions
{
    /// <summary>Compares what was emitted since the last look.</summary>
    public static void ShouldEmit(this OperatorRig rig, string expected) => Assert.Equal(expected.ReplaceLineEndings("\n"), rig.Emitted);
}
